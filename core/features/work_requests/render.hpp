#pragma once

#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "json/writer.hpp"

namespace portal::features::work_requests {

template <class Row>
void write_site(json::Writer& writer, const Row& row) {
  writer.key("site");
  if (row.site_id) {
    writer.begin_object().id_member("id", *row.site_id).member("name", row.site_name).end_object();
  } else {
    writer.null();
  }
}

// What members and staff see alike of a row of any statement that has these columns.
template <class Row>
void write_common(json::Writer& writer, const Row& row) {
  writer.id_member("id", row.work_request_id).member("number", row.number).member("subject", row.subject);
  writer.member("state", row.state);
  write_site(writer, row);
  writer.member("preferred_date", row.preferred_date).member("preferred_time", row.preferred_time);
  writer.member("created_at", row.created_at).member("changed_at", row.changed_at);
}

// The members of the schema WorkRequestSummary of docs/openapi.yaml.
template <class Row>
void write_summary(json::Writer& writer, const Row& row) {
  write_common(writer, row);
  writer.key("created_by").begin_object().member("name", row.asked_by).end_object();
  writer.member("is_own", row.is_own);
}

// Those of StaffWorkRequestSummary.
template <class Row>
void write_staff_summary(json::Writer& writer, const Row& row) {
  write_common(writer, row);
  writer.key("client").begin_object().id_member("id", row.client_id).member("name", row.client_name).end_object();
  writer.key("member").begin_object().id_member("id", row.membership_id);
  writer.member("name", row.member_name).member("email", row.member_email).end_object();
}

// What a request by itself tells besides.
template <class Row>
void write_rest(json::Writer& writer, const Row& row) {
  writer.member("notes", row.notes).member("reply", row.reply).key("job");
  if (row.job_id) {
    writer.begin_object().id_member("id", *row.job_id).member("number", format_id(*row.job_number)).end_object();
  } else {
    writer.null();
  }
}

}  // namespace portal::features::work_requests
