#include "features/me/routes.hpp"

#include <array>

#include "features/me/change_password.hpp"
#include "features/me/notifications.hpp"
#include "features/me/update_me.hpp"

namespace portal::features {
namespace {

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kPatch, "/me", "update_me", {}, update_me),
    edge::Route::for_member(http::Method::kPost, "/me/password", "change_password", {}, change_password),
    edge::Route::for_member(http::Method::kGet, "/me/notifications", "get_my_notifications", {}, get_my_notifications),
    edge::Route::for_member(http::Method::kPut, "/me/notifications", "put_my_notifications", {}, put_my_notifications),
};

}  // namespace

std::span<const edge::Route> me_routes() { return kRoutes; }

}  // namespace portal::features
