#include "features/invoices/render.hpp"

#include <array>

#include "base/ids.hpp"
#include "files/media_type.hpp"

namespace portal::features::invoices {
namespace {

constexpr std::string_view kFolder = "/api/v1/invoices/";
constexpr std::size_t kBytesOfAnInvoice = 500;  // more than most have, so that the text is not moved while it grows
constexpr std::array<std::string_view, 5> kStates = {"payment_due", "partially_paid", "overdue", "paid", "void"};

void write_money(json::Writer& writer, std::int64_t amount, std::string_view currency) {
  writer.begin_object().member("amount", amount).member("currency", currency).end_object();
}

void write_job(json::Writer& writer, const Invoice& invoice) {
  writer.key("job");
  if (!invoice.job_id) {
    writer.null();
    return;
  }
  // Numbers of jobs are texts in the API, as ids are.
  writer.begin_object().id_member("id", *invoice.job_id).key("number").id(invoice.job_number.value_or(0)).end_object();
}

void write_file(json::Writer& writer, const Invoice& invoice, std::string_view folder) {
  writer.key("file");
  if (!invoice.has_file) {
    writer.null();
    return;
  }
  // What the answer with its bytes will say, whatever is stored.
  const std::string_view type = files::served_type(invoice.media_type).media_type;
  writer.begin_object().member("name", files::with_extension(invoice.number, type)).member("type", type);
  writer.member("size", invoice.bytes);
  writer.member("url", std::string(folder) + format_id(invoice.invoice_id) + "/content").end_object();
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
  write_job(writer, invoice);
  write_file(writer, invoice, folder);
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
