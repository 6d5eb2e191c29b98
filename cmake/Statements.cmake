# Turns sql/queries/*.sql into a table of prepared statements. portal_add_statements(TARGET [WITHOUT_FILTERS]) makes an object library
# whose headers are <sql/...>. The table without filters exists for the test that row-level security alone leaks nothing.
file(GLOB PORTAL_QUERY_FILES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/sql/queries/*.sql)

function(portal_add_statements target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "WITHOUT_FILTERS" "" "")
  set(output ${PROJECT_BINARY_DIR}/generated/${target})
  set(flags "")
  if(ARG_WITHOUT_FILTERS)
    set(flags --without-filters)
  endif()
  set(generator ${PROJECT_SOURCE_DIR}/tools/generate_statements.py)
  set(command ${Python3_EXECUTABLE} ${generator} --queries ${PROJECT_SOURCE_DIR}/sql/queries --output ${output})
  execute_process(COMMAND ${command} --list OUTPUT_VARIABLE outputs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" outputs "${outputs}")
  add_custom_command(OUTPUT ${outputs} COMMAND ${command} ${flags} DEPENDS ${PORTAL_QUERY_FILES} ${generator} VERBATIM
    COMMENT "Statements of ${target}")
  add_library(${target} OBJECT ${outputs})
  target_include_directories(${target} PUBLIC ${output} ${PROJECT_SOURCE_DIR}/core)
  portal_precompile(${target})
endfunction()
