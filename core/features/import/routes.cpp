#include "features/import/routes.hpp"

#include <array>
#include <chrono>

#include "features/import/handlers.hpp"

namespace portal::features {
namespace {

// Another import of the same account may have to end first, on whatever host.
constexpr std::chrono::seconds kImportTime{120};

constexpr std::array kRoutes = {
    edge::Route::for_key(http::Method::kPut, "/import/{kind}", "import_lines", access::Scope::kImport,
                         import::import_lines)
        .taking(kImportTime),
    edge::Route::for_key(http::Method::kGet, "/import/{kind}", "get_imported", access::Scope::kImport,
                         import::get_imported),
};

}  // namespace

std::span<const edge::Route> import_routes() { return kRoutes; }

}  // namespace portal::features
