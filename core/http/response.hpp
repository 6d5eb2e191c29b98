// An answer of the API. The helpers make answers that are complete: with content type, and not to be stored by anybody
// (R35).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "io/loop.hpp"

namespace portal::http {

enum class Status : std::uint16_t {
  kOk = 200,
  kCreated = 201,
  kAccepted = 202,
  kNoContent = 204,
  kNotModified = 304,
  kBadRequest = 400,
  kUnauthorized = 401,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kConflict = 409,
  kGone = 410,
  kContentTooLarge = 413,
  kUriTooLong = 414,
  kUnsupportedMediaType = 415,
  kMisdirectedRequest = 421,
  kTooManyRequests = 429,
  kInternalServerError = 500,
  kServiceUnavailable = 503,
};

struct ResponseHeader {
  std::string name;
  std::string value;
};

// A file below the folder of `portal_files` in the place of a body in memory. nginx opens it, sends it, and does what
// Range and If-Range ask for.
struct FileBody {
  std::string path;                   // relative, made of hexadecimal digits and one slash
  std::optional<std::int64_t> bytes;  // what it must be long; absent: any
  std::string etag;                   // strong, with its quotation marks
};

// A body that goes on after the answer has begun (text/event-stream). Whoever sends it asks for its text.
class EventStream {
 public:
  struct Piece {
    std::size_t bytes = 0;
    bool is_last = false;  // nothing follows: the answer is over
  };

  virtual ~EventStream() = default;
  // `on_ready` is called from the loop, never from inside attach() or take(), when there may be something to take.
  virtual void attach(io::Callback on_ready) noexcept = 0;
  // Whole events, as many as fit.
  virtual Piece take(std::span<char> room) noexcept = 0;
  // What is left is not worth waiting for a client that does not read.
  virtual bool is_over() const noexcept = 0;

  static constexpr std::size_t kLeastRoom = 512;
};

struct Response {
  Status status = Status::kOk;
  std::string content_type;  // empty: no Content-Type header
  std::string body;
  std::shared_ptr<FileBody> file = nullptr;
  std::shared_ptr<EventStream> events = nullptr;  // in the place of a body
  std::vector<ResponseHeader> headers;            // besides Content-Type, Content-Length and Set-Cookie
  std::vector<std::string> cookies;               // values of Set-Cookie, see format_set_cookie
  // How long the answer stays true by itself, since it was asked for, where that depends on the time: the statement
  // says it. A worker keeps it no longer.
  std::optional<std::chrono::milliseconds> valid_for = std::nullopt;

  // `body` is complete JSON.
  static Response json(std::string body, Status status = Status::kOk);
  static Response no_content();
  // RFC 9457, with Retry-After when the error has one. `sent_to` is a member of ours, left out when it is empty.
  static Response problem(const Error& error, std::string_view request_id, std::string_view sent_to = {});
  // Plain text, for health and metrics.
  static Response text(std::string body, Status status = Status::kOk);

  // A name or value that could end the header throws std::logic_error.
  void add_header(std::string name, std::string value);
};

// The body of Response::problem. With a `status`, it counts and not the one of the error's code.
std::string render_problem(const Error& error, std::string_view request_id, int status = 0,
                           std::string_view sent_to = {});

}  // namespace portal::http
