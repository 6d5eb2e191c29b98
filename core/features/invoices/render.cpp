#include "features/invoices/render.hpp"

#include <array>

#include "base/ids.hpp"
#include "features/papers.hpp"

namespace portal::features::invoices {
namespace {

constexpr std::string_view kFolder = "/api/v1/invoices/";
constexpr std::size_t kBytesOfAnInvoice = 500;  // more than most have, so that the text is not moved while it grows
constexpr std::array<std::string_view, 5> kStates = {"payment_due", "partially_paid", "overdue", "paid", "void"};

std::optional<PaperFile> file_of(const Invoice& invoice, std::string_view folder) {
  if (!invoice.has_file) return std::nullopt;
  return PaperFile{invoice.number, invoice.media_type, invoice.bytes,
                   std::string(folder) + format_id(invoice.invoice_id) + "/content"};
}

void write_totals(json::Writer& writer, const Totals& totals) {
  writer.key("counts").begin_object();
  for (const std::string_view state : kStates) {
    const auto found = totals.counts.find(state);
    writer.member(state, found == totals.counts.end() ? std::int64_t{0} : found->second);
  }
  writer.end_object().key("outstanding").begin_array();
  for (const auto& [currency, amount] : totals.outstanding) write_money(writer, amount, currency);
  writer.end_array();
}

}  // namespace

void write_members(json::Writer& writer, const Invoice& invoice, std::string_view folder) {
  writer.id_member("id", invoice.invoice_id).member("number", invoice.number).member("title", invoice.title);
  writer.member("state", invoice.state).member("issued_on", invoice.issued_on).member("due_on", invoice.due_on);
  write_money(writer.key("total"), invoice.total, invoice.currency);
  write_money(writer.key("paid"), invoice.paid, invoice.currency);
  write_money(writer.key("outstanding"), invoice.outstanding, invoice.currency);
  write_linked_job(writer, invoice.job_id, invoice.job_number);
  write_file(writer, file_of(invoice, folder));
}

std::string render_list(std::span<const Invoice> invoices, const std::optional<std::string>& next_cursor,
                        const std::optional<Totals>& totals) {
  json::Writer writer(512 + invoices.size() * kBytesOfAnInvoice);
  writer.begin_object().key("items").begin_array();
  for (const Invoice& invoice : invoices) {
    writer.begin_object();
    write_members(writer, invoice, kFolder);
    writer.end_object();
  }
  writer.end_array().member("next_cursor", next_cursor);
  if (totals) write_totals(writer, *totals);
  return writer.end_object().take();
}

std::string render_invoice(const Invoice& invoice) {
  json::Writer writer(kBytesOfAnInvoice);
  writer.begin_object();
  write_members(writer, invoice, kFolder);
  return writer.end_object().take();
}

}  // namespace portal::features::invoices
