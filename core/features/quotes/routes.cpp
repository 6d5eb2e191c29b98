#include "features/quotes/routes.hpp"

#include <array>

#include "features/quotes/handlers.hpp"

namespace portal::features {
namespace {

using access::StaffRole;
using edge::Route;
using http::Method;

constexpr access::Permissions kQuotes = {access::Permission::kAcceptQuotes};
// A job that a quote is for may come to be seen, or be seen no more.
constexpr cache::Depends kDepends = cache::depends::kQuotes | cache::depends::kJobs;

constexpr std::array kRoutes = {
    Route::for_member(Method::kGet, "/quotes", "list_quotes", kQuotes, quotes::list_quotes).cached(kDepends),
    Route::for_member(Method::kGet, "/quotes/{id}", "get_quote", kQuotes, quotes::get_quote).cached(kDepends),
    Route::for_member(Method::kGet, "/quotes/{id}/content", "get_quote_content", kQuotes, quotes::get_quote_content),
    Route::for_member(Method::kPost, "/quotes/{id}/decision", "decide_quote", kQuotes, quotes::decide),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/quotes", "view_quotes", kQuotes, quotes::list_quotes),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/quotes/{quote_id}", "view_quote", kQuotes,
                    quotes::get_quote),
    Route::for_view(Method::kGet, "/staff/members/{id}/view/quotes/{quote_id}/content", "view_quote_content", kQuotes,
                    quotes::get_quote_content),
    Route::for_staff(Method::kGet, "/staff/quotes", "list_staff_quotes", StaffRole::kViewer, quotes::list_staff),
    Route::for_staff(Method::kGet, "/staff/quotes/{id}", "get_staff_quote", StaffRole::kViewer, quotes::get_staff),
    Route::for_staff(Method::kPatch, "/staff/quotes/{id}", "change_staff_quote", StaffRole::kManager,
                     quotes::change_staff),
    Route::for_staff(Method::kPost, "/staff/quotes/{id}/decision", "record_quote_decision", StaffRole::kManager,
                     quotes::record_decision),
    Route::for_staff(Method::kGet, "/staff/quotes/{id}/content", "get_staff_quote_content", StaffRole::kViewer,
                     quotes::get_staff_content),
};

}  // namespace

std::span<const edge::Route> quotes_routes() { return kRoutes; }

}  // namespace portal::features
