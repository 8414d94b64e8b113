# What `cmake --install` lays down. Component runtime is what a built application needs,
# component dev what building one needs.
install(TARGETS matrix EXPORT openmatrixTargets
  LIBRARY
    DESTINATION ${CMAKE_INSTALL_LIBDIR}
    COMPONENT runtime
    # Old binaries ask for the name without a version, so the link is not for developers only.
    NAMELINK_COMPONENT runtime)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/hiaiengine ${PROJECT_SOURCE_DIR}/include/openmatrix
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(DIRECTORY ${OPENMATRIX_GEN_DIR}/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev
  FILES_MATCHING PATTERN "*.h")

include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/openmatrix)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/openmatrixConfig.cmake.in
  ${PROJECT_BINARY_DIR}/openmatrixConfig.cmake
  INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/openmatrixConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/openmatrixConfig.cmake ${PROJECT_BINARY_DIR}/openmatrixConfigVersion.cmake
  DESTINATION ${config_dir} COMPONENT dev)
install(EXPORT openmatrixTargets
  NAMESPACE openmatrix:: DESTINATION ${config_dir} COMPONENT dev)
export(EXPORT openmatrixTargets
  NAMESPACE openmatrix:: FILE ${PROJECT_BINARY_DIR}/openmatrixTargets.cmake)
