# openmatrix_warnings(<target>): the warnings every source of ours is clean of, in C and C++.
function(openmatrix_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wformat=2 -Wundef
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wthread-safety>)
  if(OPENMATRIX_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
