from __future__ import annotations

from ask_resc.runtime import stand_ins

stand_ins.install()
