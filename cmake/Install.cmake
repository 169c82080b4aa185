# Install rules: the library, its headers as <tapegrad/FOLDER/NAME.hpp>, what find_package and
# pkg-config need, and the programs. Their components are the packages of Package.cmake.

include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME tapegrad_development)

install(TARGETS tapegrad EXPORT tapegradTargets
        LIBRARY COMPONENT tapegrad_library NAMELINK_COMPONENT tapegrad_development)

list(TRANSFORM folders APPEND /*.hpp OUTPUT_VARIABLE header_globs)
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${header_globs})
foreach(header IN LISTS headers ITEMS tapegrad.hpp)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tapegrad/${folder})
endforeach()

# find_package.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tapegrad)
install(EXPORT tapegradTargets NAMESPACE tapegrad:: DESTINATION ${package_dir})
set(data_dir ${CMAKE_INSTALL_DATADIR}/tapegrad)
configure_package_config_file(cmake/tapegradConfig.cmake.in tapegradConfig.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS data_dir)
write_basic_package_version_file(tapegradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tapegradConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tapegradConfigVersion.cmake
        DESTINATION ${package_dir})

# install_pkg_config(NAME DESCRIPTION CFLAGS LIBS REQUIRES): NAME.pc, relative to where it lies.
function(install_pkg_config pc_name pc_description pc_cflags pc_libs pc_requires)
  file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(cmake/tapegrad.pc.in ${pc_name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc_name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# Who links a static library links what it needs too. One kind of the library is installed, so that
# is in Requires, and there is nothing private for --static to add.
if(BUILD_SHARED_LIBS)
  install_pkg_config(tapegrad "${PROJECT_DESCRIPTION}" "" "-ltapegrad" "xtensor")
else()
  install_pkg_config(tapegrad "${PROJECT_DESCRIPTION}" "" "-ltapegrad -pthread"
                     "xtensor, fmt, openblas, zlib, libzip, libutf8proc")
endif()

if(TAPEGRAD_BUILD_CHECK)
  install(TARGETS tapegrad_check tapegrad_whole_check EXPORT tapegrad-checkTargets)
  install(EXPORT tapegrad-checkTargets NAMESPACE tapegrad:: DESTINATION ${package_dir})
  install_pkg_config(tapegrad-check "${PROJECT_DESCRIPTION}: gradient checks" -DTAPEGRAD_DOUBLE
    "-Wl,--push-state,--whole-archive -ltapegrad_check -Wl,--pop-state -pthread"
    "xtensor, fmt, openblas")
endif()

# The programs, the data they train on when no file is named, and docs/, to which their pages point.
if(TAPEGRAD_BUILD_APPS)
  if(BUILD_SHARED_LIBS)
    file(RELATIVE_PATH lib_from_bin /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(${apps} PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
  endif()
  install(TARGETS ${apps} RUNTIME COMPONENT tapegrad_programs)
  install(DIRECTORY data/ DESTINATION ${data_dir} COMPONENT tapegrad_programs)
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tapegrad_programs
          PATTERN site EXCLUDE)
endif()

# A part of its own, since Debian packages have their licences elsewhere.
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tapegrad_license)
