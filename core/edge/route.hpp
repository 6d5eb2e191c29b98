// Routes: data that says which coroutine answers which method and path, and who may ask. A route without an access rule
// cannot be written: each of the two ways to make one fixes it. `portalctl routes` prints the table and the
// authorization tests enumerate it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/database.hpp"
#include "access/permission.hpp"
#include "access/principal.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "http/cookie.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace portal::edge {

class Services;  // edge/services.hpp: what a feature may use besides the database

// The values of the {placeholders} in a route's path, in their order.
class PathValues {
 public:
  void push(std::string_view value) { values_[count_++] = value; }
  std::string_view operator[](std::size_t index) const { return values_[index]; }
  std::size_t size() const { return count_; }
  // The id at a place; kNotFound when it is no id: nothing tells a bad id from an unknown one.
  Result<std::int64_t> id(std::size_t index) const;

  static constexpr std::size_t kMaximum = 4;

 private:
  std::array<std::string_view, kMaximum> values_{};
  std::size_t count_ = 0;
};

// Whom a request turned out to be about; for the log of security events. A member's own request fills it in by itself.
struct Subject {
  std::optional<std::int64_t> member_id;
  bool wrong_password = false;  // one was asked for and was wrong, where the answer's code does not say so
  std::string sent_to = {};     // masked: where a link went that has expired; the problem tells it
};

// What a handler gets. References live as long as the operation, which outlives every frame.
struct VisitorContext {
  const http::Request& request;
  const access::Account& account;
  PathValues path;
  access::AnonymousDatabase database;
  Services& services;
  http::CookieMode cookies;
  std::optional<access::SessionHash> session;  // of the session cookie that came along, unchecked
  Subject& subject;                            // a handler that finds out who it is about says so
};

struct MemberContext {
  const http::Request& request;
  const access::Account& account;
  PathValues path;
  access::Member member;
  access::MemberDatabase database;
  Services& services;
  http::CookieMode cookies;
  Subject& subject;
};

using VisitorHandler = Task<Result<http::Response>> (*)(VisitorContext context);
using MemberHandler = Task<Result<http::Response>> (*)(MemberContext context);

enum class Audience : std::uint8_t { kAnyone, kMember };

class Route {
 public:
  // Open to everybody who reaches the host.
  static constexpr Route open(http::Method method, std::string_view path, std::string_view operation,
                              VisitorHandler handler) {
    return Route(method, path, operation, Audience::kAnyone, {}, handler, nullptr);
  }
  // For members. With permissions: for those who have at least one of them. The answer without is 403 where the path
  // names a collection and 404 where it names one thing by its id.
  static constexpr Route for_member(http::Method method, std::string_view path, std::string_view operation,
                                    access::Permissions any_of, MemberHandler handler) {
    return Route(method, path, operation, Audience::kMember, any_of, nullptr, handler);
  }

  http::Method method;
  std::string_view path;       // below /api/v1, e.g. "/jobs/{job_id}"
  std::string_view operation;  // the operationId of docs/openapi.yaml
  Audience audience;
  access::Permissions any_of;
  VisitorHandler visitor_handler;
  MemberHandler member_handler;

 private:
  constexpr Route(http::Method m, std::string_view p, std::string_view o, Audience a, access::Permissions any,
                  VisitorHandler v, MemberHandler h)
      : method(m), path(p), operation(o), audience(a), any_of(any), visitor_handler(v), member_handler(h) {}
};

}  // namespace portal::edge
