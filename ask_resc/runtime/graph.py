"""Runs the graph of a trained model node after node, without dask.

Rasa works out anew for every message which nodes lead to the target, builds a dask graph of them and
has it scheduled: a millisecond each time, for nodes that run one after the other anyway. Here the
order is worked out once for each set of targets. Training keeps Rasa's runner.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.runner.dask import DaskGraphRunner


class SerialGraphRunner(DaskGraphRunner):
    """Rasa's graph runner with another ``run``: same inputs, results and errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._orders: Dict[Tuple[str, ...], List[str]] = {}

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """Run the nodes that the targets need and return the output of each target by its name."""
        run_targets = tuple(targets or self._graph_schema.target_names)
        if run_targets not in self._orders:
            self._orders[run_targets] = self._order(run_targets)
        order = self._orders[run_targets]

        # Node to its name and output, as Rasa's nodes take and give it; None where it is to come.
        results: Dict[str, Any] = dict.fromkeys(order)
        self._add_inputs_to_graph(inputs, results)
        for node in order:
            if results[node] is None:
                needs = self._graph_schema.nodes[node].needs.values()
                # A node is given the bare name of what nothing provides, and says that it is missing.
                results[node] = self._instantiated_nodes[node](*(results.get(need, need) for need in needs))
        return dict(results[target] for target in run_targets)

    def _order(self, targets: Tuple[str, ...]) -> List[str]:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        needed = TopologicalSorter({name: node.needs.values() for name, node in nodes.items()})
        return [name for name in needed.static_order() if name in nodes]
