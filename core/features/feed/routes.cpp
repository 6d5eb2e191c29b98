#include "features/feed/routes.hpp"

#include <array>

#include "features/feed/handlers.hpp"

namespace portal::features {
namespace {

using access::Scope;
using edge::Route;
using http::Method;

constexpr std::array kRoutes = {
    Route::for_key(Method::kGet, "/feed", "read_feed", Scope::kFeed, feed::read),
    Route::for_key(Method::kPatch, "/feed/work-requests/{id}", "answer_work_request_by_key", Scope::kFeed,
                   feed::answer),
};

}  // namespace

std::span<const edge::Route> feed_routes() { return kRoutes; }

}  // namespace portal::features
