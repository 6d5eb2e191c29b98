// Text in the forms that mail allows: lines of ASCII (RFC 2045, RFC 2047, RFC 5322).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portal::outside {

// Quoted-printable with CRLF line ends, lines of at most 76 characters. Ends with a line end unless it is empty.
std::string encode_quoted_printable(std::string_view text);

// An unstructured header line such as Subject, with CRLF at its end: as it is where it is short ASCII, else as encoded
// words in folded lines of at most 76 characters. `value` is valid UTF-8 without control characters.
std::string encode_header(std::string_view name, std::string_view value);

// `name` and address as From has them: `Name <address>`, or the address alone. `first_column` is how far the line is
// filled already.
std::string encode_mailbox(std::string_view name, std::string_view address, std::size_t first_column);

}  // namespace portal::outside
