# For node-gyp with MSVC on Windows. The sources, defines and libraries are those of native/sources.json, as in native/CMakeLists.txt.
{
  'targets': [
    {
      'target_name': 'winbackup',
      'conditions': [
        ['OS=="win"', {
          'type': 'loadable_module',
          'sources': ["<!@(node -p \"require('./native/sources.json').sources.map(s => 'native/' + s).join(' ')\")"],
          'defines': ['_HAS_EXCEPTIONS=1', "<!@(node -p \"require('./native/sources.json').defines.join(' ')\")"],
          'libraries': ["<!@(node -p \"require('./native/sources.json').libraries.map(s => '-l' + s + '.lib').join(' ')\")"],
          'include_dirs': ['native/src', 'native/include', "<!(node -p \"require('node-addon-api').include_dir\")"],
          'msvs_settings': {
            'VCCLCompilerTool': {
              'RuntimeLibrary': 0,  # static CRT: a clean server has no VC++ redistributable
              'ExceptionHandling': 1,
              'WarningLevel': 4,
              'AdditionalOptions': ['/std:c++20', '/sdl', '/guard:cf', '/ZH:SHA_256', '/utf-8', '/permissive-', '/Zc:__cplusplus'],
            },
            'VCLinkerTool': { 'AdditionalOptions': ['/DYNAMICBASE', '/NXCOMPAT', '/guard:cf', '/CETCOMPAT'] },
          },
        }, {
          'type': 'none',
        }],
      ],
    },
  ],
}
