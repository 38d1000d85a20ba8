// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Roles.sol";

interface IUniqueReceiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

/// Unique tokens (EIP-721), each with an address of its metadata. Minters make them, or everyone where the creator says so.
contract Collection is Roles {
    string public name;
    string public symbol;
    bool public immutable publicMint;
    uint256 public totalSupply;
    mapping(address => uint256) private _balances;
    mapping(uint256 => address) private _owners;
    mapping(uint256 => address) private _approved;
    mapping(uint256 => string) private _addresses;
    mapping(address => mapping(address => bool)) public isApprovedForAll;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    error TokenMissing(uint256 tokenId);
    error TokenExists(uint256 tokenId);
    error NotAllowed(uint256 tokenId);
    error ReceiverMissing();
    error ReceiverRefused();
    error LengthsDiffer();

    constructor(string memory name_, string memory symbol_, bool publicMint_) {
        name = name_;
        symbol = symbol_;
        publicMint = publicMint_;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        // EIP-165, EIP-721 and its metadata.
        return id == 0x01ffc9a7 || id == 0x80ac58cd || id == 0x5b5e139f;
    }

    function balanceOf(address owner) external view returns (uint256) {
        if (owner == address(0)) revert ReceiverMissing();
        return _balances[owner];
    }

    function ownerOf(uint256 tokenId) public view returns (address owner) {
        owner = _owners[tokenId];
        if (owner == address(0)) revert TokenMissing(tokenId);
    }

    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        return _addresses[tokenId];
    }

    function getApproved(uint256 tokenId) external view returns (address) {
        ownerOf(tokenId);
        return _approved[tokenId];
    }

    function approve(address to, uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner && !isApprovedForAll[owner][msg.sender]) revert NotAllowed(tokenId);
        _approved[tokenId] = to;
        emit Approval(owner, to, tokenId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function mintWithTokenURI(address to, uint256 tokenId, string memory uri) external returns (bool) {
        _mint(to, tokenId, uri);
        return true;
    }

    function mintMultiple(address[] calldata to, uint256[] calldata tokenId, string[] calldata uri)
        external
        returns (bool)
    {
        if (to.length != tokenId.length || to.length != uri.length) revert LengthsDiffer();
        for (uint256 at = 0; at < to.length; at++) _mint(to[at], tokenId[at], uri[at]);
        return true;
    }

    function burn(uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        _change(owner, address(0), tokenId);
        _balances[owner]--;
        totalSupply--;
        delete _addresses[tokenId];
    }

    function transferFrom(address from, address to, uint256 tokenId) public {
        if (to == address(0)) revert ReceiverMissing();
        if (ownerOf(tokenId) != from) revert NotAllowed(tokenId);
        _change(from, to, tokenId);
        _balances[from]--;
        _balances[to]++;
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        transferFrom(from, to, tokenId);
        _ask(from, to, tokenId, "");
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external {
        transferFrom(from, to, tokenId);
        _ask(from, to, tokenId, data);
    }

    /// Sends a token of the sender.
    function safeTransfer(address to, uint256 tokenId) external {
        transferFrom(msg.sender, to, tokenId);
        _ask(msg.sender, to, tokenId, "");
    }

    function _mint(address to, uint256 tokenId, string memory uri) private {
        if (!publicMint && !hasRole(MINTER_ROLE, msg.sender)) revert RoleMissing(MINTER_ROLE, msg.sender);
        if (to == address(0)) revert ReceiverMissing();
        if (_owners[tokenId] != address(0)) revert TokenExists(tokenId);
        _owners[tokenId] = to;
        _balances[to]++;
        totalSupply++;
        _addresses[tokenId] = uri;
        emit Transfer(address(0), to, tokenId);
        _ask(address(0), to, tokenId, "");
    }

    function _change(address from, address to, uint256 tokenId) private {
        bool isAllowed =
            msg.sender == from || isApprovedForAll[from][msg.sender] || _approved[tokenId] == msg.sender;
        if (!isAllowed) revert NotAllowed(tokenId);
        delete _approved[tokenId];
        _owners[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }

    function _ask(address from, address to, uint256 tokenId, bytes memory data) private {
        if (to.code.length == 0) return;
        bytes4 answer = IUniqueReceiver(to).onERC721Received(msg.sender, from, tokenId, data);
        if (answer != IUniqueReceiver.onERC721Received.selector) revert ReceiverRefused();
    }
}
