# What `cmake --install` puts where, for the Debian package and for an nginx of one's own. The pages are built apart (tools/build.sh web).
set(PORTAL_MODULES_DIR lib/nginx/modules CACHE STRING "where nginx looks for modules, below the prefix")

install(PROGRAMS $<TARGET_FILE:ngx_http_portal_module> DESTINATION ${PORTAL_MODULES_DIR} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(PROGRAMS $<TARGET_FILE:portalctl> DESTINATION bin)
install(FILES sql/bootstrap.sql DESTINATION share/portico/sql)
install(DIRECTORY sql/kit sql/migrations sql/policies sql/demo DESTINATION share/portico/sql)
install(DIRECTORY web/dist/ DESTINATION share/portico/web)
