"""Turns a list of passwords into C++: the first 64 bits of the SHA-1 of each line, sorted (core/auth/common_passwords.hpp)."""

import hashlib
import sys
from pathlib import Path

TEMPLATE = """#include "auth/common_passwords.hpp"

namespace portal::auth {
namespace {

constexpr std::uint64_t kKeys[] = {
KEYS
};

}  // namespace

std::span<const std::uint64_t> common_password_keys() { return kKeys; }

}  // namespace portal::auth
"""


def main() -> int:
    source, output = map(Path, sys.argv[1:])
    words = source.read_bytes().split(b"\n")
    keys = sorted({int.from_bytes(hashlib.sha1(word).digest()[:8], "big") for word in words if word})
    rows = [", ".join(f"{key:#x}U" for key in keys[index:index + 6]) for index in range(0, len(keys), 6)]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(TEMPLATE.replace("KEYS", ",\n".join(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
