"""What two bare processes do: compile, with nothing around it. It knows nothing of the database."""

import json
from pathlib import Path

from consortium.typesetting import compiler


def compile_copies(template: Path, inputs: dict[str, str], first: int, count: int) -> int:
    """Compile ``count`` copies, each with another number on it, so that none is a repeat; bytes in all."""
    name, text = next(iter(inputs.items()))
    told = json.loads(text)
    size = 0
    for number in range(first, first + count):
        copy = json.dumps(told | {"number": f"BENCH-{number:07d}"}, ensure_ascii=False)
        pdf = compiler(template).compile(format="pdf", sys_inputs={**inputs, name: copy})
        assert isinstance(pdf, bytes)
        size += len(pdf)
    return size
