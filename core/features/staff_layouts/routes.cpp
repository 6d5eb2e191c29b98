#include "features/staff_layouts/routes.hpp"

#include <array>

#include "features/staff_layouts/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using http::Method;

constexpr std::array kRoutes = {
    edge::Route::for_staff(Method::kGet, "/staff/invitation-layouts", "list_invitation_layouts", StaffRole::kViewer,
                           staff_layouts::list_layouts),
    edge::Route::for_staff(Method::kPut, "/staff/invitation-layouts", "set_invitation_layout", StaffRole::kManager,
                           staff_layouts::set_layout),
    edge::Route::for_staff(Method::kPost, "/staff/invitation-layouts/preview", "preview_invitation_layout",
                           StaffRole::kViewer, staff_layouts::preview_layout),
    edge::Route::for_staff(Method::kPost, "/staff/invitation-layouts/test", "test_invitation_layout",
                           StaffRole::kManager, staff_layouts::test_layout),
};

}  // namespace

std::span<const edge::Route> staff_layouts_routes() { return kRoutes; }

}  // namespace portal::features
