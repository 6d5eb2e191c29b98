// Routes: data that says which coroutine answers which method and path, and who may ask. A route without an access rule
// cannot be written: each of the ways to make one fixes it. `portalctl routes` prints the table and the
// authorization tests enumerate it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/database.hpp"
#include "access/key.hpp"
#include "access/permission.hpp"
#include "access/principal.hpp"
#include "access/staff.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "cache/generations.hpp"
#include "files/body.hpp"
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

// Whom a request turned out to be about; for the log of security events. A request of somebody who is signed in fills
// it in by itself.
struct Subject {
  std::optional<std::int64_t> member_id;
  std::optional<std::int64_t> staff_id = {};
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
  access::AnonymousDatabase staff_database;    // where the logins, links and sessions of staff are looked up
  std::optional<access::SessionHash> staff_session;
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

struct KeyContext {
  const http::Request& request;
  const access::Account& account;
  PathValues path;
  access::Key key;
  access::KeyDatabase database;
  Services& services;
  Subject& subject;
  files::Body& body;  // of an operation that takes a file
};

struct StaffContext {
  const http::Request& request;
  const access::Account& account;
  PathValues path;
  access::Staff staff;
  access::StaffDatabase database;
  Services& services;
  http::CookieMode cookies;
  Subject& subject;
  files::Body& body;  // of an operation that takes a file
};

using VisitorHandler = Task<Result<http::Response>> (*)(VisitorContext context);
using MemberHandler = Task<Result<http::Response>> (*)(MemberContext context);
using StaffHandler = Task<Result<http::Response>> (*)(StaffContext context);
using KeyHandler = Task<Result<http::Response>> (*)(KeyContext context);

enum class Audience : std::uint8_t { kAnyone, kMember, kStaff, kKey };

class Route {
 public:
  // Open to everybody who reaches the host.
  static constexpr Route open(http::Method method, std::string_view path, std::string_view operation,
                              VisitorHandler handler) {
    Route route(method, path, operation, Audience::kAnyone);
    route.visitor_handler = handler;
    return route;
  }
  // For other systems with an API key of that scope. No cookie counts, and it does not matter where the request comes
  // from.
  static constexpr Route for_key(http::Method method, std::string_view path, std::string_view operation,
                                 access::Scope scope, KeyHandler handler) {
    Route route(method, path, operation, Audience::kKey);
    route.scope = scope;
    route.key_handler = handler;
    return route;
  }
  // The same with a deadline of its own.
  constexpr Route taking(std::chrono::milliseconds most) const {
    Route route = *this;
    route.deadline = most;
    return route;
  }
  // For members. With permissions: for those who have at least one of them. The answer without is 403 where the path
  // names a collection and 404 where it names one thing by its id.
  static constexpr Route for_member(http::Method method, std::string_view path, std::string_view operation,
                                    access::Permissions any_of, MemberHandler handler) {
    Route route(method, path, operation, Audience::kMember);
    route.any_of = any_of;
    route.member_handler = handler;
    return route;
  }
  // Whose answer a worker may keep while nothing changes that it is made from: whatever the answer shows stands here,
  // the account's settings and the membership excepted, which count always (core/cache/generations.hpp). It takes
  // nothing from the request but path and query.
  constexpr Route cached(cache::Depends on) const {
    Route route = *this;
    route.depends = on;
    return route;
  }
  // For staff whose role may do at least what this one may. The answer to others of the staff is 403, also where the
  // path names one thing: they may know that it exists.
  static constexpr Route for_staff(http::Method method, std::string_view path, std::string_view operation,
                                   access::StaffRole at_least, StaffHandler handler) {
    Route route(method, path, operation, Audience::kStaff);
    route.at_least = at_least;
    route.staff_handler = handler;
    return route;
  }

  // Whose body goes into a file of at most so many bytes. It is not JSON, and comes once the handler asks its context
  // for it: after session or key were looked at.
  constexpr Route takes_file(std::int64_t maximum) const {
    Route route = *this;
    route.file_bytes = maximum;
    return route;
  }
  // For staff who look as a member would, with a view of the membership that the path names first (SECURITY R32): what
  // is for members is asked with their handler, and answers what they would be answered.
  static constexpr Route for_view(http::Method method, std::string_view path, std::string_view operation,
                                  access::Permissions any_of, MemberHandler handler) {
    Route route(method, path, operation, Audience::kStaff);
    route.at_least = access::StaffRole::kManager;
    route.any_of = any_of;
    route.member_handler = handler;
    return route;
  }

  http::Method method;
  std::string_view path;       // below /api/v1, e.g. "/jobs/{job_id}"
  std::string_view operation;  // the operationId of docs/openapi.yaml
  Audience audience;
  std::int64_t file_bytes = 0;                              // 0: the body is JSON, if there is one
  access::Permissions any_of = {};                          // of members
  access::StaffRole at_least = access::StaffRole::kViewer;  // of staff
  std::optional<access::Scope> scope = std::nullopt;        // of the keys that it is open to
  VisitorHandler visitor_handler = nullptr;                 // one of them is there, as the audience says
  MemberHandler member_handler = nullptr;
  StaffHandler staff_handler = nullptr;
  KeyHandler key_handler = nullptr;
  std::chrono::milliseconds deadline{0};  // of a whole request; 0: the worker's
  cache::Depends depends = {};            // not declared: the answer is never kept

 private:
  constexpr Route(http::Method m, std::string_view p, std::string_view o, Audience a)
      : method(m), path(p), operation(o), audience(a) {}
};

}  // namespace portal::edge
