# openmatrix_sanitize(<target> [<sanitizer>]): compiles and links a target as the second argument or
# else OPENMATRIX_SANITIZE says. "address" includes "undefined": the two work together and find
# different things.
function(openmatrix_sanitize target)
  set(sanitizer ${ARGN})
  if(NOT sanitizer)
    set(sanitizer ${OPENMATRIX_SANITIZE})
  endif()
  if(NOT sanitizer)
    return()
  elseif(sanitizer STREQUAL "address")
    set(flags -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  elseif(sanitizer STREQUAL "thread")
    set(flags -fsanitize=thread)
  else()
    message(FATAL_ERROR "OPENMATRIX_SANITIZE is '${sanitizer}', not address or thread")
  endif()
  # g++ 12 warns about the standard library's own std::regex and std::function when instrumented.
  target_compile_options(${target} PRIVATE
    ${flags} -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(${target} PRIVATE ${flags})
endfunction()
