// Bodies as gzip (RFC 1952). One compressor's memory serves all of a worker's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace portal::cache {

class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // Empty: it would not be smaller.
  std::string_view compress(std::string_view plain);  // valid until the next call

 private:
  std::unique_ptr<z_stream_s> stream_;  // null: not needed yet
  std::string room_;
};

// Whether a value of Accept-Encoding takes gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace portal::cache
