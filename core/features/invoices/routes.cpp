#include "features/invoices/routes.hpp"

#include <array>

#include "features/invoices/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using edge::Route;
using http::Method;

constexpr access::Permissions kInvoices = {access::Permission::kViewInvoices};
// A job that an invoice is for may come to be seen, or be seen no more.
constexpr cache::Depends kDepends = cache::depends::kInvoices | cache::depends::kJobs;

constexpr std::array kRoutes = {
    Route::for_member(Method::kGet, "/invoices", "list_invoices", kInvoices, invoices::list_invoices).cached(kDepends),
    Route::for_member(Method::kGet, "/invoices/{id}", "get_invoice", kInvoices, invoices::get_invoice).cached(kDepends),
    Route::for_member(Method::kGet, "/invoices/{id}/content", "get_invoice_content", kInvoices,
                      invoices::get_invoice_content),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/invoices", "view_invoices", kInvoices,
                    invoices::list_invoices),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/invoices/{invoice_id}/content", "view_invoice_content",
                    kInvoices, invoices::get_invoice_content),
    Route::for_staff(Method::kGet, "/staff/invoices", "list_staff_invoices", StaffRole::kViewer, invoices::list_staff),
    Route::for_staff(Method::kPatch, "/staff/invoices/{id}", "change_staff_invoice", StaffRole::kManager,
                     invoices::change_staff),
    Route::for_staff(Method::kGet, "/staff/invoices/{id}/content", "get_staff_invoice_content", StaffRole::kViewer,
                     invoices::get_staff_content),
};

}  // namespace

std::span<const edge::Route> invoices_routes() { return kRoutes; }

}  // namespace portal::features
