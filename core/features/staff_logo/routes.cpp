#include "features/staff_logo/routes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/limits.hpp"
#include "edge/services.hpp"
#include "files/body.hpp"
#include "files/image_header.hpp"
#include "files/uploads.hpp"
#include "http/query.hpp"
#include "sql/staff_documents.hpp"
#include "sql/staff_logo.hpp"

namespace portal::features {
namespace {

// It lies in the page cache: nginx has just written it.
std::string read_head(const http::BodyFile& body) {
  std::string head(std::min(static_cast<std::size_t>(body.bytes), files::kImageHeadBytes), '\0');
  std::size_t read = 0;
  while (read < head.size()) {
    const ssize_t count = ::pread(body.descriptor, head.data() + read, head.size() - read, static_cast<off_t>(read));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    read += static_cast<std::size_t>(count);
  }
  head.resize(read);
  return head;
}

// Its content alone decides: a logo has no name.
Result<std::string_view> media_type_of(const http::BodyFile& body) {
  if (body.bytes == 0) return std::unexpected(Error::field("/body", "required"));
  const std::optional<files::ImageHeader> header = files::read_image_header(read_head(body));
  if (!header) return fail(ErrorCode::kUnsupportedMediaType);
  if (header->pixels() > limits::kLogoPixels) return std::unexpected(Error::field("/body", "too_many_pixels"));
  return header->media_type;
}

// PUT /staff/portal/logo: kept as it came, until the courier has made of it what members see.
Task<Result<http::Response>> put_logo(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  if (context.request.count_headers("Content-Encoding") != 0) co_return fail(ErrorCode::kUnsupportedMediaType);
  const Result<http::BodyFile> body = co_await context.body.receive();
  if (!body) co_return fail(body.error());
  const Result<std::string_view> media_type = media_type_of(*body);
  if (!media_type) co_return fail(media_type.error());
  Result<files::Upload> upload = co_await context.services.uploads->keep(*body);
  if (!upload) co_return fail(std::move(upload.error()));

  const std::int64_t account_id = context.staff.account_id;
  std::vector<pg::Query> queries;
  queries.push_back(sql::lock_files_for_row(account_id));
  queries.push_back(sql::put_logo_upload(account_id, upload->content().hash, *media_type));
  const Result<std::vector<pg::Rows>> rows =
      co_await context.services.uploads->complete(std::move(*upload), context.database.write(std::move(queries)));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::json(R"({"logo_state":"processing"})", http::Status::kAccepted);
}

// DELETE /staff/portal/logo: also what waits to become one.
Task<Result<http::Response>> remove_logo(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  std::vector<pg::Query> queries;
  queries.push_back(sql::remove_logo_upload(context.staff.account_id));
  queries.push_back(sql::remove_logo(context.staff.account_id));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.write(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return http::Response::no_content();
}

constexpr std::array kRoutes = {
    edge::Route::for_staff(http::Method::kPut, "/staff/portal/logo", "put_staff_logo", access::StaffRole::kManager,
                           put_logo)
        .takes_file(limits::kLogoBytes),
    edge::Route::for_staff(http::Method::kDelete, "/staff/portal/logo", "remove_staff_logo",
                           access::StaffRole::kManager, remove_logo),
};

}  // namespace

std::span<const edge::Route> staff_logo_routes() { return kRoutes; }

}  // namespace portal::features
