# openmatrix_write_pkg_config(<file> PREFIX <dir> PKGCONFIGDIR <dir> LIBDIR <dir> INCLUDEDIR <dir>):
# writes the file that pkg-config reads from PKGCONFIGDIR. Directories below the prefix may be
# relative to it. If PKGCONFIGDIR is, the prefix follows the file when the installation is moved;
# absolute directories stay what they are.
function(openmatrix_write_pkg_config file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX;PKGCONFIGDIR;LIBDIR;INCLUDEDIR" "")
  if(IS_ABSOLUTE ${arg_PKGCONFIGDIR})
    set(prefix ${arg_PREFIX})
  else()
    file(RELATIVE_PATH up ${arg_PREFIX}/${arg_PKGCONFIGDIR} ${arg_PREFIX}/)
    string(REGEX REPLACE "/$" "" up "${up}")
    set(prefix "\${pcfiledir}/${up}")
  endif()
  foreach(name IN ITEMS LIBDIR INCLUDEDIR)
    string(TOLOWER ${name} variable)
    if(IS_ABSOLUTE ${arg_${name}})
      set(${variable} ${arg_${name}})
    else()
      set(${variable} "\${prefix}/${arg_${name}}")
    endif()
  endforeach()
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/openmatrix.pc.in ${file} @ONLY)
endfunction()
