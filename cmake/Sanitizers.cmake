# openmatrix_sanitize(<target>): compiles and links a target as OPENMATRIX_SANITIZE says.
# "address" includes "undefined": the two work together and find different things.
function(openmatrix_sanitize target)
  if(NOT OPENMATRIX_SANITIZE)
    return()
  elseif(OPENMATRIX_SANITIZE STREQUAL "address")
    set(flags -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  elseif(OPENMATRIX_SANITIZE STREQUAL "thread")
    set(flags -fsanitize=thread)
  else()
    message(FATAL_ERROR "OPENMATRIX_SANITIZE is '${OPENMATRIX_SANITIZE}', not address or thread")
  endif()
  # g++ 12 warns about the standard library's own std::regex and std::function when instrumented.
  target_compile_options(${target} PRIVATE
    ${flags} -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(${target} PRIVATE ${flags})
endfunction()
