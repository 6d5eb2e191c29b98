#include "features/password/routes.hpp"

#include <array>

#include "features/password/confirm_email.hpp"
#include "features/password/request_reset.hpp"
#include "features/password/reset_password.hpp"

namespace portal::features {
namespace {

constexpr std::array kRoutes = {
    edge::Route::open(http::Method::kPost, "/password-reset", "request_password_reset", request_password_reset),
    edge::Route::open(http::Method::kPost, "/password", "reset_password", reset_password),
    edge::Route::open(http::Method::kPost, "/email/confirm", "confirm_email", confirm_email),
};

}  // namespace

std::span<const edge::Route> password_routes() { return kRoutes; }

}  // namespace portal::features
