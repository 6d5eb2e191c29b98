"""Turns the files of outside/layouts into C++, so that nobody needs a folder beside it: their names and what stands in them."""

import json
import sys
from pathlib import Path


def literal(text: str) -> str:
    # Line by line, because long literals are hard to read in a debugger; json escapes are C++ escapes for ASCII, the rest stays UTF-8.
    return "\n".join("    " + json.dumps(line, ensure_ascii=False) for line in text.splitlines(keepends=True)) or '    ""'


def main() -> None:
    folder, output = map(Path, sys.argv[1:])
    files = sorted(path for path in folder.rglob("*.*") if path.suffix in (".html", ".txt", ".sms"))
    entries = ",\n".join(f"  BuiltInLayout{{\"{path.relative_to(folder)}\",\n{literal(path.read_text(encoding='utf-8'))}}}" for path in files)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(f"""#include "layouts/built_in.hpp"

namespace portal::layouts {{
namespace {{

constexpr BuiltInLayout kLayouts[] = {{
{entries}}};

}}  // namespace

std::span<const BuiltInLayout> built_in_layouts() {{ return kLayouts; }}

}}  // namespace portal::layouts
""", encoding="utf-8")


if __name__ == "__main__":
    main()
