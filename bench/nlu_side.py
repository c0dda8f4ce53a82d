"""One side of ``bench.nlu``, run by either bot's own Python: train a pipeline, parse questions, tell how.

``python bench/nlu_side.py CONFIG TASK RESULT``; the task is a JSON file with ``examples`` and ``questions``,
the result another with the seconds of training, and for each question the ranking, its first intent, the
confidence of that and the seconds it took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List

WARM_UP = 20


def main(config: str, task_file: str, result_file: str) -> None:
    """Train and parse."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    try:
        from ask_resc.runtime.install import install
    except ImportError:  # the other side
        pass
    else:
        install()
    task = json.loads(Path(task_file).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "nlu.json"
        common = [{"text": text, "intent": intent} for text, intent in task["examples"]]
        data.write_text(json.dumps({"rasa_nlu_data": {"common_examples": common}}), encoding="utf-8")
        started = time.perf_counter()
        model = train_nlu(config, str(data), folder)
        trained = time.perf_counter() - started
        agent = Agent.load(model)
        answers = asyncio.run(_parse(agent, task["questions"]))
    Path(result_file).write_text(json.dumps({"training": trained, "answers": answers}), encoding="utf-8")


async def _parse(agent: Any, questions: List[str]) -> List[Dict[str, Any]]:
    for question in questions[:WARM_UP]:
        await agent.parse_message(question)
    answers = []
    for question in questions:
        started = time.perf_counter()
        parsed = await agent.parse_message(question)
        seconds = time.perf_counter() - started
        first = (parsed["intent_ranking"] or [{"name": None, "confidence": 0.0}])[0]
        # Rasa's FallbackClassifier puts itself on top; what it judged stands below.
        if first["name"] == "nlu_fallback":
            first = parsed["intent_ranking"][1]
        ranking = {i["name"]: i["confidence"] for i in parsed["intent_ranking"] if i["name"] != "nlu_fallback"}
        answers.append(
            {"intent": first["name"], "confidence": first["confidence"], "seconds": seconds, "ranking": ranking}
        )
    return answers


if __name__ == "__main__":
    main(*sys.argv[1:])
