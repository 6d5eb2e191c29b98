#include "edge/router.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "base/ids.hpp"

namespace portal::edge {
namespace {

bool is_placeholder(std::string_view segment) { return segment.starts_with('{'); }

std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);  // the slash
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

// Both begin with a slash.
std::optional<PathValues> match(std::string_view pattern, std::string_view path) {
  PathValues values;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view actual = take_segment(path);
    if (is_placeholder(expected)) {
      if (actual.empty()) return std::nullopt;
      values.push(actual);
    } else if (expected != actual) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return values;
}

std::string shape_of(std::string_view pattern) {
  std::string shape;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    shape += "/";
    shape += is_placeholder(segment) ? "{}" : segment;
  }
  return shape;
}

}  // namespace

Result<std::int64_t> PathValues::id(std::size_t index) const {
  const std::optional<std::int64_t> id = parse_id(values_[index]);
  if (!id) return fail(ErrorCode::kNotFound);
  return *id;
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (std::size_t first = 0; first < routes_.size(); ++first) {
    for (std::size_t second = first + 1; second < routes_.size(); ++second) {
      if (routes_[first].method == routes_[second].method &&
          shape_of(routes_[first].path) == shape_of(routes_[second].path)) {
        throw std::logic_error("two routes for " + std::string(routes_[first].path));
      }
    }
  }
}

std::variant<Match, NoSuchPath, OtherMethods> Router::find(http::Method method, std::string_view path) const {
  if (!path.starts_with(kBasePath) || path.size() == kBasePath.size() || path[kBasePath.size()] != '/')
    return NoSuchPath{};
  const std::string_view below = path.substr(kBasePath.size());
  const http::Method wanted = method == http::Method::kHead ? http::Method::kGet : method;
  std::string allow;
  for (const Route& route : routes_) {
    std::optional<PathValues> values = match(route.path, below);
    if (!values) continue;
    if (route.method == wanted) return Match{&route, *values};
    if (!allow.empty()) allow += ", ";
    allow += http::name_of(route.method);
    if (route.method == http::Method::kGet) allow += ", HEAD";
  }
  if (allow.empty()) return NoSuchPath{};
  return OtherMethods{std::move(allow)};
}

}  // namespace portal::edge
