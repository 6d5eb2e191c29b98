#include "features/activation/routes.hpp"

#include <array>

#include "base/limits.hpp"
#include "features/activation/activate.hpp"
#include "features/activation/invitation.hpp"
#include "features/activation/resend.hpp"
#include "http/query.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace portal::features {
namespace {

Result<std::string> read_token(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  std::string token = body.text("token", {.maximum = limits::kTokenTextBytes});
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return token;
}

// The schema Invitation of docs/openapi.yaml.
std::string render_invitation(const sql::LookUpActivationRow& row) {
  json::Writer writer;
  writer.begin_object().key("client").begin_object().member("name", row.client_name).end_object();
  writer.member("email", row.email).member("expires_at", row.expires_at).member("has_login", row.has_login);
  return writer.end_object().take();
}

Task<Result<http::Response>> look_up_activation(edge::VisitorContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<std::string> token = read_token(context.request.body);
  if (!token) co_return fail(std::move(token.error()));
  const Result<Invitation> invitation = co_await try_link(context, std::move(*token));
  if (!invitation) co_return fail(invitation.error());
  co_return http::Response::json(render_invitation(invitation->row));
}

constexpr std::array kRoutes = {
    edge::Route::open(http::Method::kPost, "/activation/lookup", "look_up_activation", look_up_activation),
    edge::Route::open(http::Method::kPost, "/activation", "activate", activate),
    edge::Route::open(http::Method::kPost, "/activation/resend", "resend_activation", resend_activation),
};

}  // namespace

std::span<const edge::Route> activation_routes() { return kRoutes; }

}  // namespace portal::features
