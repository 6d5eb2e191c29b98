#include "features/staff_portal/routes.hpp"

#include <array>

#include "features/staff_portal/settings.hpp"
#include "features/staff_portal/visibility.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using http::Method;

constexpr std::array kRoutes = {
    edge::Route::for_staff(Method::kGet, "/staff/portal", "get_staff_portal", StaffRole::kViewer,
                           staff_portal::get_portal),
    edge::Route::for_staff(Method::kPost, "/staff/portal", "create_staff_portal", StaffRole::kManager,
                           staff_portal::create_portal),
    edge::Route::for_staff(Method::kPatch, "/staff/portal", "update_staff_portal", StaffRole::kManager,
                           staff_portal::update_portal),
    edge::Route::for_staff(Method::kGet, "/staff/templates", "list_staff_templates", StaffRole::kViewer,
                           staff_portal::list_templates),
    edge::Route::for_staff(Method::kPut, "/staff/templates", "set_visible_templates", StaffRole::kManager,
                           staff_portal::set_templates),
    edge::Route::for_staff(Method::kGet, "/staff/fields", "list_staff_fields", StaffRole::kViewer,
                           staff_portal::list_fields),
    edge::Route::for_staff(Method::kPut, "/staff/fields", "set_visible_fields", StaffRole::kManager,
                           staff_portal::set_fields),
    edge::Route::for_staff(Method::kPost, "/staff/visibility/preview", "preview_visibility", StaffRole::kViewer,
                           staff_portal::preview_visibility),
};

}  // namespace

std::span<const edge::Route> staff_portal_routes() { return kRoutes; }

}  // namespace portal::features
