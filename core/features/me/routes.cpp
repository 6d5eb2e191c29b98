#include "features/me/routes.hpp"

#include <array>

#include "features/me/change_password.hpp"
#include "features/me/update_me.hpp"

namespace portal::features {
namespace {

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kPatch, "/me", "update_me", {}, update_me),
    edge::Route::for_member(http::Method::kPost, "/me/password", "change_password", {}, change_password),
};

}  // namespace

std::span<const edge::Route> me_routes() { return kRoutes; }

}  // namespace portal::features
