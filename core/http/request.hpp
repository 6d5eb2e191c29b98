// HTTP as values: requests, responses, and parsers for what stands in their fields. Nothing here reads or writes a
// socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/method.hpp"

namespace portal::http {

struct Header {
  std::string_view name;
  std::string_view value;
};

// A body that the glue has put into a file, for operations that take one. The descriptor is the glue's and stays open
// until the operation has ended; whoever needs it longer duplicates it. It is read with pread(2).
struct BodyFile {
  int descriptor = -1;  // -1: the body is empty
  std::int64_t bytes = 0;
};

// What the core knows of a request. Views into memory that the glue keeps alive until the operation has ended.
struct Request {
  Method method = Method::kGet;
  std::string_view path;   // decoded and normalised by nginx, begins with "/"
  std::string_view query;  // as received, without "?"
  std::span<const Header> headers;
  std::string_view body;
  std::string_view host;  // without port, lower case
  std::string_view peer_address;
  std::string_view request_id;

  // The value of the first header of that name, in any case; nullopt: absent.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  std::size_t count_headers(std::string_view name) const noexcept;
};

// ASCII only, as header names and tokens are.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

// Without the blanks (SP, HTAB) around it.
std::string_view trim_blanks(std::string_view text) noexcept;

}  // namespace portal::http
