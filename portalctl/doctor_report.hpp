// What the doctor's parts have found so far, in the order in which it is to be mended.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "portalctl/database.hpp"
#include "portalctl/doctor.hpp"

namespace portal::portalctl {

class Report {
 public:
  void well(std::string subject, std::string says) {
    findings_.push_back({.subject = std::move(subject), .is_well = true, .says = std::move(says), .mend = {}});
  }
  // Mended by thinking: `mend` is a sentence.
  void ill(std::string subject, std::string says, std::string mend) {
    findings_.push_back(
        {.subject = std::move(subject), .is_well = false, .says = std::move(says), .mend = std::move(mend)});
  }
  // Mended by a command. Words in capitals are the reader's to fill in.
  void ill_until(std::string subject, std::string says, std::string command) {
    findings_.push_back({.subject = std::move(subject),
                         .is_well = false,
                         .says = std::move(says),
                         .mend = std::move(command),
                         .is_command = true});
  }
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  // Every question to the database can fail by itself, as when the role has no right to ask it.
  template <class Row>
  std::optional<Answer<Row>> ask(Database& database, const std::string& subject, const pg::Query& query) {
    Outcome<Answer<Row>> answer = database.fetch<Row>(query);
    if (answer) return std::move(*answer);
    ill(subject, answer.error().sentence,
        "Connect as portal_maintenance to a database that portalctl migrate has made.");
    return std::nullopt;
  }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
};

// Mended on the database's host: by the command where `database`, a connection string, means this one, else by a person
// there, who is told `what`.
void ill_at_database(Report& report, const std::string& database, const std::string& subject, const std::string& says,
                     const std::string& command, const std::string& what);

// How a role of the portal is let into PostgreSQL, from what libpq said when it was not.
void advise_on_connection(Report& report, const std::string& database, const std::string& subject,
                          const std::string& sentence, const std::string& sql_folder);

// The configuration of nginx with all that it includes, the password of portal_edge, and whether nginx runs with it.
void examine_nginx(Report& report, const Settings& settings, const DoctorOptions& options);

}  // namespace portal::portalctl
