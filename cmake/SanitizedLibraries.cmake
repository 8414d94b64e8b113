# The library compiled once more for each sanitizer, as targets matrix_asan and matrix_tsan, for
# packages: an application that is built with a sanitizer needs an instrumented library, because
# ThreadSanitizer does not see the atomics of a plain one and reports races that are none.
if(OPENMATRIX_SANITIZE)
  message(FATAL_ERROR "OPENMATRIX_SANITIZED_LIBRARIES are built beside a library without "
    "OPENMATRIX_SANITIZE, not beside one with it")
endif()

# openmatrix_sanitized_objects(<target> <original> <sanitizer>): the same sources and settings.
function(openmatrix_sanitized_objects target original sanitizer)
  get_target_property(sources ${original} SOURCES)
  add_library(${target} OBJECT ${sources})
  foreach(property IN ITEMS CXX_STANDARD CXX_STANDARD_REQUIRED CXX_EXTENSIONS
      POSITION_INDEPENDENT_CODE CXX_VISIBILITY_PRESET VISIBILITY_INLINES_HIDDEN COMPILE_FEATURES
      COMPILE_OPTIONS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES LINK_LIBRARIES)
    get_target_property(value ${original} ${property})
    if(NOT value MATCHES "-NOTFOUND$")
      set_property(TARGET ${target} PROPERTY ${property} "${value}")
    endif()
  endforeach()
  openmatrix_sanitize(${target} ${sanitizer})
  add_dependencies(${target} openmatrix_proto)
endfunction()

function(openmatrix_sanitized_library name sanitizer)
  openmatrix_sanitized_objects(openmatrix_proto_${name} openmatrix_proto ${sanitizer})
  openmatrix_sanitized_objects(openmatrix_core_${name} openmatrix_core ${sanitizer})
  set(library matrix_${name})
  add_library(${library} SHARED
    $<TARGET_OBJECTS:openmatrix_core_${name}> $<TARGET_OBJECTS:openmatrix_proto_${name}>)
  foreach(property IN ITEMS VERSION SOVERSION LINKER_LANGUAGE LINK_DEPENDS LINK_LIBRARIES
      LINK_OPTIONS)
    get_target_property(value matrix ${property})
    set_property(TARGET ${library} PROPERTY ${property} "${value}")
  endforeach()
  set_target_properties(${library} PROPERTIES
    OUTPUT_NAME matrix
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${name})
  # The sanitizers' own symbols come from the executable.
  target_link_options(${library} PRIVATE LINKER:-z,undefs)
  openmatrix_sanitize(${library} ${sanitizer})
endfunction()

openmatrix_sanitized_library(asan address)
openmatrix_sanitized_library(tsan thread)
