"""The widget's file and its sources: built, typed, locked; and colours that can always be read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from widget import build
from widget.build import BUILT, MODULES, NODE, WIDGET


def test_widget_the_committed_file_is_what_the_sources_give(tmp_path: Path):
    assert build.build(tmp_path / "ask-resc.js").read_bytes() == BUILT.read_bytes(), "run: make widget"


def test_widget_keeps_to_its_types():
    build.check_types()


def test_widget_a_wrong_type_is_found(tmp_path: Path):
    wrong = tmp_path / "wrong.js"
    wrong.write_text("/** @type {number} */\nexport const n = 'text';\n")
    options = ["--allowJs", "--checkJs", "--noEmit", "--strict"]
    with pytest.raises(SystemExit, match="TS2322"):
        build.node("typescript/bin/tsc", *options, wrong)


def test_widget_packages_are_pinned_with_hashes_and_no_host():
    lock = json.loads((WIDGET / "package-lock.json").read_text())
    wanted = json.loads((WIDGET / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_widget_installs_with_an_empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((WIDGET / name).read_bytes())
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    modules = build.install(tmp_path)
    assert (modules / "axe-core" / "axe.min.js").read_bytes() == (MODULES / "axe-core" / "axe.min.js").read_bytes()


def test_widget_takes_no_markup():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (WIDGET / "src").glob("*.js"))
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function",
                "document.cookie", "localStorage", "globalThis.", "createContextualFragment"):  # fmt: skip
        assert way not in source, way


def test_widget_has_all_its_words_in_both_languages():
    source = (WIDGET / "src" / "texts.js").read_text(encoding="utf-8")
    english, spanish = (re.findall(r"^  (\w+):", part, re.MULTILINE) for part in source.split("const es = {"))
    assert english == spanish
    others = "\n".join(
        path.read_text(encoding="utf-8") for path in (WIDGET / "src").glob("*.js") if path.stem != "texts"
    )
    for word in english:
        assert re.search(rf"\bwords\.{word}\b", others) or word in ("waiting", "retrying"), word


def colours(*calls: Any) -> Any:
    """What ``colour.js`` makes of wishes: pairs of a wish and whether it is dark."""
    script = """
    import { palette, contrast, parse } from './src/colour.js';
    const calls = JSON.parse(process.env.CALLS);
    const worst = ({ colours: c }) => Math.min(
      ...['background', 'card', 'tint', 'amber'].flatMap((ground) =>
        ['text', 'link', 'muted'].map((ink) => contrast(c[ink], c[ground]))),
      contrast(c.ink, c.accent));
    console.log(JSON.stringify(calls.map(([wish, dark]) => {
      const made = palette(wish, dark);
      return { worst: worst(made), changed: made.changed, edge: contrast(made.colours.edge, made.colours.background),
               colours: made.colours };
    })));
    """
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", script],
        cwd=WIDGET,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "CALLS": json.dumps(calls)},
    )
    return json.loads(done.stdout)


GRID = (0, 85, 119, 170, 255)
ANY = [[r, g, b] for r in GRID for g in GRID for b in GRID]


@pytest.mark.parametrize("dark", [False, True])
def test_widget_text_can_be_read_whatever_colours_are_wished_for(dark: bool):
    wishes = [{"accent": accent, "background": None, "text": None} for accent in ANY]
    wishes += [{"accent": None, "background": background, "text": None} for background in ANY]
    wishes += [
        {"accent": a, "background": b, "text": t} for a, b, t in zip(ANY, ANY[50:] + ANY[:50], ANY[::-1], strict=True)
    ]
    made = colours(*([wish, dark] for wish in wishes))
    assert [(wish, found["worst"]) for wish, found in zip(wishes, made, strict=True) if found["worst"] < 4.5] == []
    assert min(found["edge"] for found in made) >= 3


def test_widget_colours_that_can_be_read_are_kept():
    wish = {"accent": [0, 51, 102], "background": [255, 255, 255], "text": [34, 34, 34]}
    [made] = colours([wish, False])
    assert made["changed"] == []
    assert [made["colours"][name] for name in ("accent", "background", "text", "link")] == [
        wish["accent"], wish["background"], wish["text"], wish["accent"],
    ]  # fmt: skip


def test_widget_says_which_colours_were_changed():
    [made] = colours([{"accent": [250, 240, 0], "background": [255, 255, 255], "text": [200, 200, 200]}, False])
    assert made["changed"] == ["text", "accent"]
