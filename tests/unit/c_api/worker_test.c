/* A worker: made, asked for its metrics, destroyed, with and without a database. */
#include <stdio.h>
#include <string.h>

#include "c_api/harness.h"

typedef struct {
  int lines;
  int highest;
  int lost;
} heard;

static void hear(void* context, int level, portal_text message) {
  heard* all = context;
  char text[512];
  snprintf(text, sizeof text, "%.*s", (int)message.size, message.data);
  ++all->lines;
  if (level > all->highest) all->highest = level;
  if (strstr(text, "PostgreSQL cannot be used")) ++all->lost;
}

static portal_text text_of(const char* text) { return (portal_text){text, strlen(text)}; }

static portal_worker* make_worker(test_world* world, const portal_keys* keys, const char* conninfo, heard* all) {
  char why[256] = "";
  const portal_worker_options options = {
      .conninfo = text_of(conninfo),
      .password = {NULL, 0},
      .host_refresh_milliseconds = 30000,
      .keys = keys,
      .loop = test_loop(world),
      .offload = test_offload(world),
      .throttling = 1,
      .log = all ? hear : NULL,
      .log_context = all,
  };
  portal_worker* worker = portal_worker_create(&options, why, sizeof why);
  assert_non_null(worker);
  assert_string_equal(why, "");
  return worker;
}

static portal_keys* load_keys(test_world* world) {
  char why[256] = "";
  portal_keys* keys = portal_keys_load(test_keys_file(world), why, sizeof why);
  assert_non_null(keys);
  return keys;
}

static void a_worker_leaves_nothing_whenever_it_ends(void** state) {
  test_world* world = *state;
  portal_keys* keys = load_keys(world);
  int turns;
  for (turns = 0; turns < 12; ++turns) {
    portal_worker* worker = make_worker(world, keys, test_conninfo(world), NULL);
    test_turn(world, turns);
    assert_int_equal(portal_worker_active(worker), 0);
    portal_worker_destroy(worker);
    assert_int_equal(test_alive(world), 0);
  }
  portal_keys_destroy(keys);
}

static void a_worker_without_a_database_says_so_and_goes_on(void** state) {
  test_world* world = *state;
  portal_keys* keys = load_keys(world);
  heard all = {0};
  portal_worker* worker = make_worker(world, keys, "host=/nonexistent dbname=portal", &all);
  test_turn(world, 20);
  assert_true(all.lost > 0);
  portal_worker_destroy(worker);
  portal_keys_destroy(keys);
}

static void metrics_are_written_as_far_as_there_is_room(void** state) {
  test_world* world = *state;
  portal_keys* keys = load_keys(world);
  portal_worker* worker = make_worker(world, keys, test_conninfo(world), NULL);
  static char whole[131072];
  char little[9];
  const size_t size = portal_worker_metrics(worker, whole, sizeof whole);
  assert_in_range(size, 200, sizeof whole - 1);
  whole[size] = '\0';
  assert_non_null(strstr(whole, "portal_requests_active 0\n"));
  assert_non_null(strstr(whole, "portal_lane_connections{lane=\"reads\"}"));
  assert_int_equal(whole[size - 1], '\n');
  memset(little, 'x', sizeof little);
  assert_int_equal(portal_worker_metrics(worker, little, 8), size);
  assert_memory_equal(little, whole, 8);
  assert_int_equal(little[8], 'x');
  portal_worker_destroy(worker);
  portal_keys_destroy(keys);
}

static void where_redis_may_be(void** state) {
  char why[128] = "";
  (void)state;
  assert_int_equal(portal_refuse_redis(text_of("unix:/run/redis.sock"), 0, why, sizeof why), 0);
  assert_int_equal(portal_refuse_redis(text_of("10.0.0.5:6379"), 1, why, sizeof why), 0);
  assert_string_equal(why, "");
  assert_int_equal(portal_refuse_redis(text_of("10.0.0.5:6379"), 0, why, sizeof why), 1);
  assert_non_null(strstr(why, "trusted_network"));
}

static void a_worker_whose_redis_is_away_leaves_nothing(void** state) {
  test_world* world = *state;
  portal_keys* keys = load_keys(world);
  char why[256] = "";
  const portal_worker_options options = {
      .conninfo = text_of(test_conninfo(world)),
      .redis = text_of("unix:/nonexistent/redis.sock"),
      .redis_password = text_of("a secret"),
      .host_refresh_milliseconds = 30000,
      .keys = keys,
      .loop = test_loop(world),
      .offload = test_offload(world),
  };
  portal_worker* worker = portal_worker_create(&options, why, sizeof why);
  assert_non_null(worker);
  test_turn(world, 5);
  portal_worker_destroy(worker);
  assert_int_equal(test_alive(world), 0);
  portal_keys_destroy(keys);
}

const struct CMUnitTest* c_api_worker_tests(size_t* count);
const struct CMUnitTest* c_api_worker_tests(size_t* count) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_worker_leaves_nothing_whenever_it_ends, test_world_setup, test_world_teardown),
      cmocka_unit_test_setup_teardown(a_worker_without_a_database_says_so_and_goes_on, test_world_setup,
                                      test_world_teardown),
      cmocka_unit_test(where_redis_may_be),
      cmocka_unit_test_setup_teardown(a_worker_whose_redis_is_away_leaves_nothing, test_world_setup,
                                      test_world_teardown),
      cmocka_unit_test_setup_teardown(metrics_are_written_as_far_as_there_is_room, test_world_setup,
                                      test_world_teardown),
  };
  *count = sizeof tests / sizeof tests[0];
  return tests;
}
