// Files of members and staff: what they are, where their bytes lie, how they get there, and how an answer that is a
// file looks. nginx sends them.
//
// This header: what a file is, from its content and its name together (SECURITY R45).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace portal::files {

inline constexpr std::string_view kUnknownType = "application/octet-stream";
inline constexpr std::size_t kHeadBytes = 64 * 1024;  // of a file's beginning that are looked at

enum class Showing : std::uint8_t { kInline, kSaved };

// How an answer names a type that is stored with a file: itself when it is one that we know, else kUnknownType, which
// no browser opens. HTML, SVG, XML and scripts are not among them.
struct ServedType {
  std::string_view media_type;
  Showing showing;
};
ServedType served_type(std::string_view stored) noexcept;

// Of a file that is being added. `head` are its first kHeadBytes, `name` what it is called. kUnknownType unless content
// and extension say the same.
std::string_view detect_type(std::string_view head, std::string_view name) noexcept;

// `name` with an extension of that type, so that what is saved opens: "Contract" becomes "Contract.pdf".
std::string with_extension(std::string_view name, std::string_view media_type);

}  // namespace portal::files
