// What decodes pictures that somebody sent in. It runs in a process of its own, which has nothing but the picture, a
// bounded part of the machine, and whose end costs nobody anything (SECURITY R46).
//
// This header: that process.
#pragma once

#include <cstdint>

namespace portal::outside {

// What members see is at most so large; smaller ones stay as they are.
inline constexpr std::uint32_t kLogoWidth = 800;
inline constexpr std::uint32_t kLogoHeight = 400;

enum class RenderExit : int { kDone = 0, kRefused = 3 };

// Reads a JPEG or PNG from standard input and writes what is shown of it, pixels and nothing else, to standard output:
// a PNG for a PNG, else a JPEG. The end of the process is its answer; it never returns.
[[noreturn]] void render_logo() noexcept;

}  // namespace portal::outside
