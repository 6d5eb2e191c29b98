#include "features/documents/routes.hpp"

#include <array>

#include "features/documents/handlers.hpp"

namespace portal::features {
namespace {

constexpr access::Permissions kDocuments = {access::Permission::kViewDocuments};

constexpr std::array kRoutes = {
    edge::Route::for_member(http::Method::kGet, "/documents", "list_documents", kDocuments, documents::list_documents)
        .cached(cache::depends::kDocuments),
    edge::Route::for_member(http::Method::kGet, "/documents/{id}", "get_document", kDocuments, documents::get_document)
        .cached(cache::depends::kDocuments),
    edge::Route::for_member(http::Method::kGet, "/documents/{id}/content", "get_document_content", kDocuments,
                            documents::get_document_content),
    edge::Route::for_view(http::Method::kGet, "/staff/members/{id}/view/documents", "view_documents", kDocuments,
                          documents::list_documents),
    edge::Route::for_view(http::Method::kGet, "/staff/members/{id}/view/documents/{document_id}/content",
                          "view_document_content", kDocuments, documents::get_document_content),
};

}  // namespace

std::span<const edge::Route> documents_routes() { return kRoutes; }

}  // namespace portal::features
