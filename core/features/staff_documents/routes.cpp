#include "features/staff_documents/routes.hpp"

#include <array>

#include "base/limits.hpp"
#include "features/staff_documents/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using edge::Route;
using http::Method;

constexpr std::string_view kAll = "/staff/documents";
constexpr std::string_view kOne = "/staff/documents/{id}";
constexpr std::string_view kContent = "/staff/documents/{id}/content";

constexpr std::array kRoutes = {
    Route::for_staff(Method::kGet, kAll, "list_staff_documents", StaffRole::kViewer, staff_documents::list),
    Route::for_staff(Method::kPost, kAll, "add_staff_document", StaffRole::kManager, staff_documents::add)
        .takes_file(limits::kDocumentBytes),
    Route::for_staff(Method::kGet, kOne, "get_staff_document", StaffRole::kViewer, staff_documents::get),
    Route::for_staff(Method::kPatch, kOne, "change_staff_document", StaffRole::kManager, staff_documents::change),
    Route::for_staff(Method::kDelete, kOne, "remove_staff_document", StaffRole::kManager, staff_documents::remove),
    Route::for_staff(Method::kGet, kContent, "get_staff_document_content", StaffRole::kViewer,
                     staff_documents::get_content),
    Route::for_staff(Method::kPut, kContent, "replace_staff_document", StaffRole::kManager, staff_documents::replace)
        .takes_file(limits::kDocumentBytes),
};

}  // namespace

std::span<const edge::Route> staff_documents_routes() { return kRoutes; }

}  // namespace portal::features
