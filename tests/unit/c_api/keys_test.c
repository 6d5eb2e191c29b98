/* What nginx checks while it reads its configuration: connection strings and the file of keys. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c_api/harness.h"

static void a_usable_conninfo_is_accepted(void** state) {
  char why[64] = "unchanged";
  (void)state;
  assert_int_equal(portal_refuse_conninfo("host=/run/postgresql dbname=portal", 0, why, sizeof why), 0);
  assert_string_equal(why, "");
}

static void a_network_is_trusted_where_that_is_said(void** state) {
  char why[256];
  (void)state;
  assert_int_not_equal(portal_refuse_conninfo("hostaddr=10.0.0.5", 0, why, sizeof why), 0);
  assert_non_null(strstr(why, "sslmode=verify-full"));
  assert_int_equal(portal_refuse_conninfo("hostaddr=10.0.0.5", 1, why, sizeof why), 0);
}

static void a_refused_conninfo_has_a_reason(void** state) {
  char why[256];
  (void)state;
  assert_int_not_equal(portal_refuse_conninfo("host=db.example.com", 0, why, sizeof why), 0);
  assert_non_null(strstr(why, "names are not resolved"));
  assert_int_not_equal(portal_refuse_conninfo("host=/run password=secret", 0, why, sizeof why), 0);
  assert_null(strstr(why, "secret"));
}

static void a_reason_is_cut_to_its_place(void** state) {
  char why[8];
  char none[1] = {'x'};
  (void)state;
  memset(why, 'x', sizeof why);
  assert_int_not_equal(portal_refuse_conninfo("host=db.example.com", 0, why, 6), 0);
  assert_int_equal(strlen(why), 5);
  assert_int_equal(why[6], 'x');
  assert_int_not_equal(portal_refuse_conninfo("host=db.example.com", 0, none, 0), 0);
  assert_int_equal(none[0], 'x');
}

static void keys_are_loaded(void** state) {
  char why[256] = "";
  portal_keys* keys = portal_keys_load(test_keys_file(*state), why, sizeof why);
  assert_non_null(keys);
  assert_string_equal(why, "");
  portal_keys_destroy(keys);
}

static void a_missing_file_has_a_reason(void** state) {
  char why[256] = "";
  (void)state;
  assert_null(portal_keys_load("/nonexistent/keys", why, sizeof why));
  assert_true(strlen(why) > 0);
}

static void a_file_that_others_can_read_is_refused(void** state) {
  char why[256] = "";
  const char* path = test_keys_file(*state);
  assert_int_equal(chmod(path, 0640), 0);
  assert_null(portal_keys_load(path, why, sizeof why));
  assert_true(strlen(why) > 0);
  assert_int_equal(chmod(path, 0600), 0);
}

static void a_file_that_holds_no_keys_is_refused_without_being_quoted(void** state) {
  char why[256] = "";
  char path[] = "/tmp/portico-keys.XXXXXX";
  const int file = mkstemp(path);
  (void)state;
  assert_true(file >= 0);
  assert_true(write(file, "CANARY-secret\n", 14) == 14);
  close(file);
  assert_null(portal_keys_load(path, why, sizeof why));
  assert_true(strlen(why) > 0);
  assert_null(strstr(why, "CANARY"));
  unlink(path);
}

static void destroying_nothing_is_allowed(void** state) {
  (void)state;
  portal_keys_destroy(NULL);
  portal_worker_destroy(NULL);
  portal_operation_destroy(NULL);
}

const struct CMUnitTest* c_api_keys_tests(size_t* count);
const struct CMUnitTest* c_api_keys_tests(size_t* count) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_usable_conninfo_is_accepted),
      cmocka_unit_test(a_network_is_trusted_where_that_is_said),
      cmocka_unit_test(a_refused_conninfo_has_a_reason),
      cmocka_unit_test(a_reason_is_cut_to_its_place),
      cmocka_unit_test_setup_teardown(keys_are_loaded, test_world_setup, test_world_teardown),
      cmocka_unit_test(a_missing_file_has_a_reason),
      cmocka_unit_test_setup_teardown(a_file_that_others_can_read_is_refused, test_world_setup, test_world_teardown),
      cmocka_unit_test(a_file_that_holds_no_keys_is_refused_without_being_quoted),
      cmocka_unit_test(destroying_nothing_is_allowed),
  };
  *count = sizeof tests / sizeof tests[0];
  return tests;
}
