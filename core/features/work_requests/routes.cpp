#include "features/work_requests/routes.hpp"

#include <array>

#include "features/work_requests/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using edge::Route;
using http::Method;

constexpr access::Permissions kRequests = {access::Permission::kCreateWorkRequests};
constexpr std::string_view kAll = "/work-requests";
constexpr std::string_view kOne = "/work-requests/{id}";
constexpr std::string_view kOneOfStaff = "/staff/work-requests/{id}";

// A request shows its site's name.
constexpr cache::Depends kDepends = cache::depends::kRequests | cache::depends::kSites;

constexpr std::array kRoutes = {
    Route::for_member(Method::kGet, kAll, "list_work_requests", kRequests, work_requests::list).cached(kDepends),
    Route::for_member(Method::kPost, kAll, "create_work_request", kRequests, work_requests::create),
    Route::for_member(Method::kGet, kOne, "get_work_request", kRequests, work_requests::get)
        .cached(kDepends | cache::depends::kJobs),
    Route::for_member(Method::kPatch, kOne, "cancel_work_request", kRequests, work_requests::cancel),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/work-requests", "view_work_requests", kRequests,
                    work_requests::list),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/work-requests/{request_id}", "view_work_request", kRequests,
                    work_requests::get),
    Route::for_staff(Method::kGet, "/staff/work-requests", "list_staff_work_requests", StaffRole::kViewer,
                     work_requests::list_for_staff),
    Route::for_staff(Method::kGet, kOneOfStaff, "get_staff_work_request", StaffRole::kViewer,
                     work_requests::get_for_staff),
    Route::for_staff(Method::kPatch, kOneOfStaff, "answer_work_request", StaffRole::kManager, work_requests::answer),
    Route::for_key(Method::kPatch, "/feed/work-requests/{id}", "answer_work_request_by_key", access::Scope::kFeed,
                   work_requests::answer_by_key),
};

}  // namespace

std::span<const edge::Route> work_requests_routes() { return kRoutes; }

}  // namespace portal::features
