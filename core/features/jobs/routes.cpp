#include "features/jobs/routes.hpp"

#include <array>

#include "features/jobs/handlers.hpp"

namespace portal::features {
namespace {

using enum access::Permission;

// Which jobs of the two kinds a member then sees is decided by the statements and, again, by row-level security.
constexpr access::Permissions kAnyJobs = {kViewJobStatus, kViewCompletedJobs};

// A job shows its site's name.
constexpr cache::Depends kDepends = cache::depends::kJobs | cache::depends::kSites;

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kGet, "/jobs", "list_jobs", kAnyJobs, jobs::list_jobs).cached(kDepends),
    edge::Route::for_member(http::Method::kGet, "/jobs/{id}", "get_job", kAnyJobs, jobs::get_job).cached(kDepends),
    edge::Route::for_member(http::Method::kGet, "/jobs/{id}/calendar", "get_job_calendar", kAnyJobs,
                            jobs::get_job_calendar),
    // Not cached: no notice is sent of positions, which change every few seconds.
    edge::Route::for_member(http::Method::kGet, "/jobs/{id}/position", "get_job_position", kAnyJobs,
                            jobs::get_job_position),
    edge::Route::for_member(http::Method::kGet, "/jobs/{id}/files/{file_id}", "get_job_file", kAnyJobs,
                            jobs::get_job_file),
    edge::Route::for_view(http::Method::kGet, "/staff/members/{id}/view/jobs", "view_jobs", kAnyJobs, jobs::list_jobs),
    edge::Route::for_view(http::Method::kGet, "/staff/members/{id}/view/jobs/{job_id}", "view_job", kAnyJobs,
                          jobs::get_job),
    edge::Route::for_view(http::Method::kGet, "/staff/members/{id}/view/jobs/{job_id}/position", "view_job_position",
                          kAnyJobs, jobs::get_job_position),
    edge::Route::for_view(http::Method::kGet, "/staff/members/{id}/view/jobs/{job_id}/files/{file_id}", "view_job_file",
                          kAnyJobs, jobs::get_job_file),
};

}  // namespace

std::span<const edge::Route> jobs_routes() { return kRoutes; }

}  // namespace portal::features
