# What `cmake --install` lays down, and the Debian packages of it. Component runtime is what a built
# application needs, component dev what building one needs.

# A sanitized library must not be found by accident: it only works in sanitized programs.
if(OPENMATRIX_SANITIZE STREQUAL "address")
  set(variant /openmatrix/asan)
elseif(OPENMATRIX_SANITIZE STREQUAL "thread")
  set(variant /openmatrix/tsan)
else()
  set(variant "")
endif()
set(OPENMATRIX_INSTALL_LIBDIR ${CMAKE_INSTALL_LIBDIR}${variant})

install(TARGETS matrix EXPORT openmatrixTargets
  LIBRARY
    DESTINATION ${OPENMATRIX_INSTALL_LIBDIR}
    COMPONENT runtime
    # Old binaries ask for the name without a version, so the link is not for developers only.
    NAMELINK_COMPONENT runtime)
# Not among the system's libraries, with this name: DDK trees link to it.
if(NOT variant)
  set(variant /openmatrix)
endif()
install(TARGETS c_sec LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}${variant} COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ ${OPENMATRIX_GEN_DIR}/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

if(OPENMATRIX_SANITIZED_LIBRARIES)
  include(SanitizedLibraries)
  foreach(name IN ITEMS asan tsan)
    install(TARGETS matrix_${name}
      LIBRARY
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/openmatrix/${name}
        COMPONENT dev NAMELINK_COMPONENT dev)
  endforeach()
endif()

# --- for CMake ---------------------------------------------------------------------------------

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

# --- for pkg-config ----------------------------------------------------------------------------

include(PkgConfig)
openmatrix_write_pkg_config(${PROJECT_BINARY_DIR}/openmatrix.pc
  PREFIX ${CMAKE_INSTALL_PREFIX}
  PKGCONFIGDIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  LIBDIR ${OPENMATRIX_INSTALL_LIBDIR}
  INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_BINARY_DIR}/openmatrix.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

# --- the DDK tree ------------------------------------------------------------------------------

find_path(OPENMATRIX_CEREAL_INCLUDE cereal/cereal.hpp REQUIRED)
find_path(OPENMATRIX_PROTOBUF_INCLUDE google/protobuf/message.h
  HINTS ${Protobuf_INCLUDE_DIRS} REQUIRED)
mark_as_advanced(OPENMATRIX_CEREAL_INCLUDE OPENMATRIX_PROTOBUF_INCLUDE)
foreach(kind IN ITEMS LIB INCLUDE DATA)
  # openmatrix-ddk finds its installation from where it lies itself.
  file(RELATIVE_PATH OPENMATRIX_REL_${kind}DIR
    ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_${kind}DIR})
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/tools/openmatrix-ddk.in ${PROJECT_BINARY_DIR}/openmatrix-ddk
  @ONLY)
install(PROGRAMS ${PROJECT_BINARY_DIR}/openmatrix-ddk
    ${PROJECT_SOURCE_DIR}/tools/openmatrix-check-binary
  DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT dev)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/ddk/compile
  DESTINATION ${CMAKE_INSTALL_DATADIR}/openmatrix/ddk COMPONENT dev)
install(FILES ${PROJECT_SOURCE_DIR}/tools/ddk/README
    ${PROJECT_SOURCE_DIR}/tools/ddk/generated_message_table_driven.h
  DESTINATION ${CMAKE_INSTALL_DATADIR}/openmatrix/ddk COMPONENT dev)

# --- Debian packages ---------------------------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME openmatrix)
set(CPACK_PACKAGE_CONTACT "openmatrix developers <openmatrix@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libopenmatrix${OPENMATRIX_ABI_VERSION})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
"A libmatrix.so that runs applications of Atlas boards on an ordinary machine. There is no board,
no driver and no vendor file: host and device are two sides of one process.")
# The unversioned libmatrix.so, which old binaries need, belongs to one ABI at a time.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_PROVIDES libmatrix)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONFLICTS libmatrix)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_REPLACES libmatrix)
# For packages of applications, and for the linker's cache.
set(control_dir ${PROJECT_BINARY_DIR}/debian)
file(WRITE ${control_dir}/shlibs "libmatrix ${OPENMATRIX_ABI_VERSION} "
  "libopenmatrix${OPENMATRIX_ABI_VERSION} (>= ${PROJECT_VERSION})\n")
file(WRITE ${control_dir}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${control_dir}/shlibs ${control_dir}/triggers)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libopenmatrix-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEV_DESCRIPTION
"Headers, CMake and pkg-config files, and openmatrix-ddk, which lays out the tree that existing
builds look for under DDK_HOME.")
string(CONCAT CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libopenmatrix${OPENMATRIX_ABI_VERSION} (= ${PROJECT_VERSION}), "
  "libcereal-dev, libprotobuf-dev, libssl-dev, g++")
include(CPack)
