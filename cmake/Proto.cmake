# openmatrix_add_proto(<target> <root> <out>): an OBJECT library of all <root>/proto/*.proto.
#
# <root> is the import directory, so one file imports another as "proto/x.proto" and everybody
# includes the classes as "proto/x.pb.h", with <out> in the include path.
function(openmatrix_add_proto target root out)
  file(GLOB protos CONFIGURE_DEPENDS ${root}/proto/*.proto)
  set(sources "")
  foreach(proto IN LISTS protos)
    get_filename_component(name ${proto} NAME_WE)
    set(generated ${out}/proto/${name}.pb.cc ${out}/proto/${name}.pb.h)
    # All files are inputs of each: protoc follows the imports.
    add_custom_command(
      OUTPUT ${generated}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${out}/proto
      COMMAND protobuf::protoc --proto_path=${root} --cpp_out=${out} ${proto}
      # Applications use what the classes of older versions of protobuf brought along.
      COMMAND sed -i "s,// @@protoc_insertion_point(includes),#include <signal.h>\\n#include <unistd.h>\\n&,"
        ${out}/proto/${name}.pb.h
      DEPENDS ${protos} protobuf::protoc
      COMMENT "protoc proto/${name}.proto"
      VERBATIM)
    list(APPEND sources ${generated})
  endforeach()
  add_library(${target} OBJECT ${sources})
  # C++11, not later: from C++17 on the enumerators that are static members are inline, and the
  # definitions that older users of the headers need would be missing.
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 11
    CXX_STANDARD_REQUIRED ON
    POSITION_INDEPENDENT_CODE ON
    LINKER_LANGUAGE CXX)
  # SYSTEM: the warnings in generated headers are not ours either.
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
  openmatrix_sanitize(${target})
endfunction()
