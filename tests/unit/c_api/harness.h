/* What the C tests of the boundary need from the other side of it: a loop, a pool, a database with the demo accounts.
 */
#ifndef PORTAL_TEST_HARNESS_H
#define PORTAL_TEST_HARNESS_H

#ifndef __cplusplus /* its macros, such as fail(), are names of ours in C++ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Needs those before it. */
#include <cmocka.h>
#endif

#include "c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct test_world test_world;

/* Made by setup, given to each test as *state. */
int test_world_setup(void** state);
int test_world_teardown(void** state);

portal_loop* test_loop(test_world* world);
portal_offload* test_offload(test_world* world);
const char* test_conninfo(test_world* world);
const char* test_keys_file(test_world* world);
/* The value of the cookie of a new session in the account brightwater. */
const char* test_session(test_world* world);
/* Turns the loop until the number is not zero any more, ten seconds at most; answers the number. */
int test_wait_for(test_world* world, const volatile int* number);
/* Turns the loop a number of times. */
void test_turn(test_world* world, int times);
/* What the loop still holds: watches, timers, wakes. */
size_t test_alive(test_world* world);

#ifdef __cplusplus
}
#endif

#endif
