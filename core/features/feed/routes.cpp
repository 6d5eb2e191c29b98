#include "features/feed/routes.hpp"

#include <array>

#include "features/feed/handlers.hpp"

namespace portal::features {
namespace {

constexpr std::array kRoutes = {
    edge::Route::for_key(http::Method::kGet, "/feed", "read_feed", access::Scope::kFeed, feed::read),
};

}  // namespace

std::span<const edge::Route> feed_routes() { return kRoutes; }

}  // namespace portal::features
