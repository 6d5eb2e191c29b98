#include "features/clients/routes.hpp"

#include <array>

#include "features/clients/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using edge::Route;
using http::Method;

constexpr std::array kRoutes = {
    Route::for_staff(Method::kGet, "/staff/clients", "list_clients", StaffRole::kViewer, clients::list_clients),
    Route::for_staff(Method::kPost, "/staff/clients", "create_client", StaffRole::kManager, clients::create_client),
    Route::for_staff(Method::kPost, "/staff/clients/rows", "apply_client_rows", StaffRole::kManager,
                     clients::apply_client_rows),
    Route::for_staff(Method::kGet, "/staff/clients/{id}", "get_client", StaffRole::kViewer, clients::get_client),
    Route::for_staff(Method::kPatch, "/staff/clients/{id}", "update_client", StaffRole::kManager,
                     clients::update_client),
    Route::for_staff(Method::kPost, "/staff/clients/{id}/contacts", "create_contact", StaffRole::kManager,
                     clients::create_contact),
    Route::for_staff(Method::kPatch, "/staff/clients/{id}/contacts/{contact_id}", "update_contact", StaffRole::kManager,
                     clients::update_contact),
    Route::for_staff(Method::kDelete, "/staff/clients/{id}/contacts/{contact_id}", "delete_contact",
                     StaffRole::kManager, clients::delete_contact),
    Route::for_staff(Method::kPost, "/staff/clients/{id}/sites", "create_site", StaffRole::kManager,
                     clients::create_site),
    Route::for_staff(Method::kPatch, "/staff/clients/{id}/sites/{site_id}", "update_site", StaffRole::kManager,
                     clients::update_site),
    Route::for_staff(Method::kDelete, "/staff/clients/{id}/sites/{site_id}", "delete_site", StaffRole::kManager,
                     clients::delete_site),
};

}  // namespace

std::span<const edge::Route> clients_routes() { return kRoutes; }

}  // namespace portal::features
