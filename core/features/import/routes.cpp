#include "features/import/routes.hpp"

#include <array>
#include <chrono>

#include "base/limits.hpp"
#include "features/import/handlers.hpp"
#include "features/import/receive_file.hpp"

namespace portal::features {
namespace {

// Another import of the same account may have to end first, on whatever host.
constexpr std::chrono::seconds kImportTime{120};

constexpr std::array kRoutes = {
    edge::Route::for_key(http::Method::kPut, "/import/{kind}", "import_lines", access::Scope::kImport,
                         import::import_lines)
        .taking(kImportTime)
        .takes_file(limits::kImportBytes),
    edge::Route::for_key(http::Method::kGet, "/import/{kind}", "get_imported", access::Scope::kImport,
                         import::get_imported),
    edge::Route::for_key(http::Method::kPut, "/import/documents/content", "fill_document", access::Scope::kImport,
                         import::fill_document)
        .takes_file(limits::kDocumentBytes),
    edge::Route::for_key(http::Method::kPut, "/import/invoices/content", "fill_invoice", access::Scope::kImport,
                         import::fill_invoice)
        .takes_file(limits::kDocumentBytes),
    edge::Route::for_key(http::Method::kPut, "/import/quotes/content", "fill_quote", access::Scope::kImport,
                         import::fill_quote)
        .takes_file(limits::kDocumentBytes),
    edge::Route::for_key(http::Method::kGet, "/import/jobs/files", "list_job_files", access::Scope::kImport,
                         import::list_job_files),
    edge::Route::for_key(http::Method::kPut, "/import/jobs/files", "fill_job_file", access::Scope::kImport,
                         import::fill_job_file)
        .takes_file(limits::kDocumentBytes),
    edge::Route::for_key(http::Method::kDelete, "/import/jobs/files", "remove_job_file", access::Scope::kImport,
                         import::remove_job_file),
};

}  // namespace

std::span<const edge::Route> import_routes() { return kRoutes; }

}  // namespace portal::features
