#pragma once

#include <string>
#include <string_view>

namespace portal::auth {

// Lower case for ASCII and for the letters of Latin-1, which cover the languages that the pages speak.
std::string fold(std::string_view text);

// Of a folded text in UTF-8, byte by byte: ASCII letters, and everything beyond ASCII.
inline bool is_letter(char byte) { return static_cast<unsigned char>(byte) >= 0x80 || (byte >= 'a' && byte <= 'z'); }
inline bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace portal::auth
