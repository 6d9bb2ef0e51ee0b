___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "StackLead",
  "categories": [
    "LEAD_GENERATION",
    "MARKETING"
  ],
  "brand": {
    "id": "brand_dummy",
    "displayName": "StackLead"
  },
  "description": "Turns an email address that a visitor enters into a form into a researched lead. Loads the script from your own StackLead server.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "scriptUrl",
    "displayName": "Address of the script",
    "simpleValueType": true,
    "help": "The src of the tag at Settings, Website tag, for example https://leads.example.com/stacklead.js. It must begin with https://.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "https://.+"
        ],
        "errorMessage": "The address must begin with https://."
      }
    ],
    "alwaysInSummary": true
  },
  {
    "type": "TEXT",
    "name": "clientKey",
    "displayName": "Client key",
    "simpleValueType": true,
    "help": "The public key in your tag. It begins with client_.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "\\s*client_\\w+\\s*"
        ],
        "errorMessage": "A client key begins with client_."
      }
    ],
    "alwaysInSummary": true
  },
  {
    "type": "RADIO",
    "name": "captureOn",
    "displayName": "When it sends",
    "radioItems": [
      {
        "value": "entry",
        "displayValue": "When the visitor has entered their address"
      },
      {
        "value": "submit",
        "displayValue": "Only when the visitor submits the form"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "entry"
  },
  {
    "type": "SELECT",
    "name": "consentType",
    "displayName": "Wait for consent",
    "macrosInSelect": false,
    "selectItems": [
      {
        "value": "none",
        "displayValue": "No: the triggers of this tag see to it"
      },
      {
        "value": "own",
        "displayValue": "Until my own code calls StackLead.consent(true)"
      },
      {
        "value": "ad_user_data",
        "displayValue": "Until ad_user_data is granted"
      },
      {
        "value": "ad_storage",
        "displayValue": "Until ad_storage is granted"
      },
      {
        "value": "analytics_storage",
        "displayValue": "Until analytics_storage is granted"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "none",
    "help": "Nothing is sent or stored before. The last three follow Google Consent Mode, also when the visitor changes their mind."
  },
  {
    "type": "GROUP",
    "name": "more",
    "displayName": "More settings",
    "groupStyle": "ZIPPY_CLOSED",
    "subParams": [
      {
        "type": "CHECKBOX",
        "name": "manual",
        "checkboxText": "Do not watch forms: my own code calls StackLead.capture()",
        "simpleValueType": true,
        "defaultValue": false
      },
      {
        "type": "CHECKBOX",
        "name": "loginForms",
        "checkboxText": "Include login forms: the address, never the password",
        "simpleValueType": true,
        "defaultValue": false
      },
      {
        "type": "TEXT",
        "name": "endpoint",
        "displayName": "Endpoint",
        "simpleValueType": true,
        "help": "Leave it empty, unless your tag has one."
      },
      {
        "type": "SIMPLE_TABLE",
        "name": "params",
        "displayName": "Entries added to every capture",
        "simpleTableColumns": [
          {
            "defaultValue": "",
            "displayName": "Name",
            "name": "name",
            "type": "TEXT",
            "isUnique": true
          },
          {
            "defaultValue": "",
            "displayName": "Value",
            "name": "value",
            "type": "TEXT"
          }
        ]
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

// Writes StackLeadConfig, loads the script from the owner's server, and hands consent on to it.
const addConsentListener = require('addConsentListener');
const callInWindow = require('callInWindow');
const injectScript = require('injectScript');
const isConsentGranted = require('isConsentGranted');
const queryPermission = require('queryPermission');
const setInWindow = require('setInWindow');

const url = data.scriptUrl.trim();
const waitsFor = data.consentType || 'none';
const followsConsentMode = waitsFor !== 'none' && waitsFor !== 'own';

const makeConfig = () => {
  const config = {client_key: data.clientKey.trim()};
  if (data.manual) config.automatic = false;
  if (data.captureOn === 'submit') config.capture_on = 'submit';
  if (waitsFor !== 'none') config.consent = 'required';
  if (data.loginForms) config.login_forms = true;
  if (data.endpoint) config.endpoint = data.endpoint.trim();
  if (data.params && data.params.length) {
    config.params = {};
    data.params.forEach((row) => {
      config.params[row.name] = row.value;
    });
  }
  return config;
};

const handOnConsent = (type, isGranted) => {
  callInWindow('StackLead.consent', isGranted);
};

const onLoad = () => {
  if (followsConsentMode) {
    if (isConsentGranted(waitsFor)) handOnConsent(waitsFor, true);
    addConsentListener(waitsFor, handOnConsent);
  }
  data.gtmOnSuccess();
};

if (queryPermission('inject_script', url)) {
  setInWindow('StackLeadConfig', makeConfig(), true);
  injectScript(url, onLoad, data.gtmOnFailure, url);
} else {
  data.gtmOnFailure();
}


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "StackLeadConfig"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "StackLead.consent"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://*/*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_consent",
        "versionId": "1"
      },
      "param": [
        {
          "key": "consentTypes",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_user_data"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_storage"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "analytics_storage"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: Configures and loads the script
  code: |-
    mock('injectScript', (url, onSuccess) => onSuccess());
    runCode({scriptUrl: 'https://leads.example.com/stacklead.js', clientKey: 'client_abc123', captureOn: 'entry', consentType: 'none'});
    assertApi('setInWindow').wasCalledWith('StackLeadConfig', {client_key: 'client_abc123'}, true);
    assertApi('callInWindow').wasNotCalled();
    assertApi('gtmOnSuccess').wasCalled();
- name: Hands consent on
  code: |-
    mock('injectScript', (url, onSuccess) => onSuccess());
    mock('isConsentGranted', true);
    runCode({scriptUrl: 'https://leads.example.com/stacklead.js', clientKey: 'client_abc123', captureOn: 'submit', consentType: 'ad_user_data'});
    assertApi('callInWindow').wasCalledWith('StackLead.consent', true);
    assertApi('gtmOnSuccess').wasCalled();


___NOTES___

Narrow the permission "Injects scripts" to the address of your own server after importing this template.
