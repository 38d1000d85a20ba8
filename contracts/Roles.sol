// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Who may do what. The creator of a contract has both roles; holders of the first one give and take them.
abstract contract Roles {
    bytes32 public constant DEFAULT_ADMIN_ROLE = 0x00;
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    mapping(bytes32 => mapping(address => bool)) private _holders;

    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);
    event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender);

    error RoleMissing(bytes32 role, address account);

    constructor() {
        _give(DEFAULT_ADMIN_ROLE, msg.sender);
        _give(MINTER_ROLE, msg.sender);
    }

    modifier only(bytes32 role) {
        if (!_holders[role][msg.sender]) revert RoleMissing(role, msg.sender);
        _;
    }

    function hasRole(bytes32 role, address account) public view returns (bool) {
        return _holders[role][account];
    }

    function grantRole(bytes32 role, address account) external only(DEFAULT_ADMIN_ROLE) {
        _give(role, account);
    }

    function revokeRole(bytes32 role, address account) external only(DEFAULT_ADMIN_ROLE) {
        _take(role, account);
    }

    function renounceRole(bytes32 role, address account) external {
        if (account != msg.sender) revert RoleMissing(role, msg.sender);
        _take(role, account);
    }

    function _give(bytes32 role, address account) private {
        if (_holders[role][account]) return;
        _holders[role][account] = true;
        emit RoleGranted(role, account, msg.sender);
    }

    function _take(bytes32 role, address account) private {
        if (!_holders[role][account]) return;
        _holders[role][account] = false;
        emit RoleRevoked(role, account, msg.sender);
    }
}
